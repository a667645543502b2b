"""The statements of the page on `cpu()` and `to()`, each decided by a run."""

from pathlib import Path

import pytest
import torch

SNIPPETS = Path(__file__).resolve().parents[2] / "snippets"
VIEW_OF_A_LEAF = (
    "RuntimeError: a view of a leaf Variable that requires grad is being used in an "
    "in-place operation."
)


def leaf(value=1.0):
    return torch.tensor([value], requires_grad=True)


def source(name):
    return (SNIPPETS / f"{name}.py").read_text(encoding="utf-8")


def test_A29_cpu_returns_the_source_itself_if_it_is_on_the_cpu(output):
    """cpu() makes a new tensor only from another device (a recording decides)."""
    assert "w.cpu() is w = True" in output("devices/already_there").splitlines()
    w = leaf()
    assert w.to("meta") is not w


def test_A30_the_gradient_flows_back_through_cpu(output):
    """True; here through the tensor itself, from the GPU by a recording."""
    lines = output("devices/one_device_for_all").splitlines()
    assert "w.grad = tensor([14.]), b.grad = tensor([7.])" in lines


def test_A31_tensors_on_different_devices_do_not_mix(output):
    """True; here with the meta device. With CUDA a recording decides."""
    lines = output("devices/operands_on_two_devices").splitlines()
    assert lines[-1].startswith("RuntimeError: ")
    assert "device" in lines[-1]
    assert "raises RuntimeError" in source("devices/operands_on_gpu_and_cpu")


def test_A31_but_a_cpu_tensor_without_dimensions_mixes():
    """The exception; here with the meta device, with CUDA by a recording."""
    x = torch.ones(2, device="meta")
    assert (x + torch.tensor(4.0)).device.type == "meta"
    with pytest.raises(RuntimeError, match="device"):
        x + torch.tensor([4.0])


def test_A32_moving_is_recorded_so_that_backward_can_cross_devices():
    """A move to another device has a node; the crossing is for a recording."""
    w = leaf()
    moved = w.to("meta")
    assert moved.device != w.device
    assert moved.grad_fn.next_functions[0][0].variable is w


def test_A33_the_values_are_as_stated_and_the_node_is_ToCopyBackward0(output):
    """z = 5 and f = 39 hold; CopyBackwards was the name of the node in 1.9."""
    lines = output("devices/one_device_for_all").splitlines()
    assert "z = tensor([5.], grad_fn=<AddBackward0>)" in lines
    assert "f = tensor([39.], grad_fn=<AddBackward0>)" in lines
    for line in output("devices/grad_fn_name").splitlines():
        assert line.endswith("grad_fn=<ToCopyBackward0>)")


def test_A34_the_gradients_are_14_7_7_7_5_1(output):
    """True here as well; the devices of the gradients are for a recording."""
    lines = output("devices/one_device_for_all").splitlines()
    for line in (
        "w.grad = tensor([14.]), b.grad = tensor([7.])",
        "y.grad = tensor([7.]), z.grad = tensor([7.])",
        "v.grad = tensor([5.]), c.grad = tensor([1.])",
        "x.grad = None",
    ):
        assert line in lines


def test_A35_z_is_y_if_y_is_on_the_cpu(output):
    """False from the GPU (a recording decides), True on the CPU."""
    assert "z is y = True" in output("devices/one_device_for_all").splitlines()


def test_A36_the_flags_are_as_stated(output):
    """is_leaf False True True False, requires_grad all True: true."""
    assert output("devices/one_device_for_all").splitlines()[-4:] == [
        "z.is_leaf = False, z.requires_grad = True",
        "v.is_leaf = True, v.requires_grad = True",
        "c.is_leaf = True, c.requires_grad = True",
        "f.is_leaf = False, f.requires_grad = True",
    ]


def test_A37_the_result_of_cpu_shares_its_values_on_the_cpu(output):
    """No sharing from the GPU (a recording decides), the same tensor here."""
    assert output("devices/write_reaches_the_source").splitlines() == [
        "x = tensor([7.])",
        "v = tensor([7.])",
    ]


def test_A38_a_write_to_the_cpu_of_a_leaf_on_the_cpu_raises(output):
    """Works after a move (a recording decides) or a conversion, raises here."""
    text = output("devices/leaf_refuses_the_write")
    assert text.rstrip().endswith(VIEW_OF_A_LEAF)
    lines = output("devices/another_dtype_is_a_copy").splitlines()
    assert lines[-1] == "v = tensor([7.], dtype=torch.float64, grad_fn=<CopySlices>)"


def test_A70_cpu_does_what_to_cpu_does(output):
    """True: the same object here; from the GPU a recording shows both."""
    lines = output("devices/already_there").splitlines()
    assert "w.cpu() is w = True" in lines
    assert "w.to('cpu') is w = True" in lines
    result = leaf() * 2
    assert result.cpu() is result.to("cpu")
    assert "{w.to('cpu') = }" in source("devices/copy_from_the_gpu")


def test_devices_float_does_what_to_float32_does(output):
    lines = output("devices/already_there").splitlines()
    assert "w.to(torch.float32) is w = True" in lines
    assert "w.float() is w = True" in lines
    double = torch.ones(1, dtype=torch.float64)
    assert double.float().dtype == double.to(torch.float32).dtype == torch.float32


def test_devices_another_dtype_is_a_copy_and_a_non_leaf(output):
    assert output("devices/another_dtype_is_a_copy").splitlines()[:3] == [
        "v is w = False",
        "v.is_leaf = False",
        "w = tensor([1.], requires_grad=True)",
    ]


def test_devices_converting_and_moving_have_the_same_node(output):
    names = {
        line.rpartition("grad_fn=")[2]
        for line in output("devices/grad_fn_name").splitlines()
    }
    assert len(names) == 1


def test_devices_copy_true_copies_and_lets_the_gradient_through(output):
    assert output("devices/copy_in_any_case").splitlines() == [
        "v.data_ptr() == w.data_ptr() = False",
        "v.is_leaf = False",
        "w.grad = tensor([1.])",
    ]
    assert not leaf().detach().to("cpu", copy=True).requires_grad


def test_devices_the_two_programs_differ_in_the_device_only():
    on_gpu = source("devices/backward_crosses_devices")
    on_gpu = on_gpu.removeprefix("# needs: cuda\n").replace('"cuda"', '"cpu"')
    assert on_gpu == source("devices/one_device_for_all")
    on_gpu = source("devices/leaf_lost_on_the_way")
    on_gpu = on_gpu.removeprefix("# needs: cuda\n").replace('"cuda"', '"cpu"')
    assert on_gpu == source("devices/leaf_by_luck")


def test_devices_both_portable_ways_give_a_leaf_with_a_gradient(output):
    assert output("devices/portable_leaf").splitlines() == [
        "w.is_leaf = True, w.grad.item() = 1.0",
        "b.is_leaf = True, b.grad.item() = 1.0",
    ]


def test_devices_a_leaf_survives_to_only_if_nothing_has_to_change(output):
    assert output("devices/leaf_by_luck").splitlines() == [
        "w.is_leaf = True",
        "w.grad = tensor([1.])",
    ]
    lines = output("devices/leaf_lost_to_another_dtype").splitlines()
    assert lines[0] == "w.is_leaf = False"
    assert "UserWarning: The .grad attribute of a Tensor that is not" in lines[1]
    assert lines[-1] == "w.grad = None"
    assert not leaf().to("meta").is_leaf


def test_devices_the_gradient_goes_to_the_leaf_that_was_converted():
    first = leaf()
    first.to(torch.float64).backward()
    assert first.grad.item() == 1.0


def test_devices_requires_grad_reaches_the_source_without_a_copy(output):
    assert output("devices/flag_reaches_the_source").splitlines() == [
        "x.requires_grad = True, w.is_leaf = True",
        "y.requires_grad = False, v.is_leaf = True",
    ]


def test_devices_a_module_changes_its_parameters_in_place(output):
    assert output("devices/module_keeps_its_leaves").splitlines() == [
        "layer.weight is weight = True",
        "weight.dtype = torch.float64",
        "weight.is_leaf = True",
    ]
