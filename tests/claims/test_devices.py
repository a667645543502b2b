"""The statements of the page on `cpu()` and `to()`, each decided by a run."""

import copy
import runpy
from pathlib import Path

import pytest
import torch
from torch.testing._internal.common_modules import module_db

from tests.claims.populations_of_torch import modules

SNIPPETS = Path(__file__).resolve().parents[2] / "snippets"
VIEW_OF_A_LEAF = (
    "RuntimeError: a view of a leaf Variable that requires grad is being used in an "
    "in-place operation."
)


def leaf(value=1.0):
    return torch.tensor([value], requires_grad=True)


def source(name):
    return (SNIPPETS / f"{name}.py").read_text(encoding="utf-8")


# Whatever a tensor may be like: dtype, layout, flags, kind.
TENSORS = {
    **{
        str(dtype).removeprefix("torch."): lambda dtype=dtype: torch.ones(2).to(dtype)
        for dtype in (
            *(torch.float64, torch.float16, torch.bfloat16, torch.float8_e4m3fn),
            *(torch.complex64, torch.int64, torch.uint8, torch.uint16, torch.bool),
        )
    },
    "no dimensions": lambda: torch.tensor(1.0),
    "empty": lambda: torch.ones(0, 3),
    "transposed": lambda: torch.ones(2, 3).t(),
    "expanded": lambda: torch.ones(1, 3).expand(2, 3),
    "with gaps": lambda: torch.ones(6)[::2],
    "channels_last": lambda: torch.ones(1, 2, 2, 2).to(
        memory_format=torch.channels_last
    ),
    "conjugate": lambda: torch.ones(2, dtype=torch.complex64).conj(),
    "negative": lambda: torch.ones(2, dtype=torch.complex64).conj().imag,
    "sparse": lambda: torch.eye(2).to_sparse(),
    "csr": lambda: torch.eye(2).to_sparse_csr(),
    "leaf": lambda: leaf(),
    "non-leaf": lambda: leaf() * 2,
    "parameter": lambda: torch.nn.Parameter(torch.ones(2)),
    "inference": lambda: made_in_inference_mode(),
}


def made_in_inference_mode():
    with torch.inference_mode():
        return torch.ones(2)


# Devices that need no GPU: one without values, one with memory of its own.
elsewhere = pytest.mark.parametrize("elsewhere", ["meta", "lazy"])


def test_A29_cpu_returns_the_source_itself_if_it_is_on_the_cpu(output):
    """cpu() makes a new tensor only from another device (a recording decides)."""
    assert "w.cpu() is w = True" in output("devices/already_there").splitlines()
    w = leaf()
    assert w.to("meta") is not w


@pytest.mark.parametrize("make", TENSORS.values(), ids=TENSORS)
def test_devices_what_has_nothing_to_change_is_returned_itself(make):
    """And cpu() does what to("cpu") does, whatever the tensor."""
    t = make()
    assert t.cpu() is t and t.to("cpu") is t and t.to(t.dtype) is t and t.to(t) is t


@elsewhere
def test_devices_a_tensor_elsewhere_is_returned_itself_by_a_move_to_where_it_is(
    elsewhere,
):
    t = torch.ones(2, device=elsewhere)
    assert t.to(t.device) is t and t.to(t.dtype) is t


@pytest.mark.parametrize("device", ["cpu:0", torch.device("cpu", 0)], ids=repr)
def test_devices_an_index_makes_another_device_of_the_cpu(device):
    t, m = torch.ones(2), torch.nn.Linear(1, 1)
    assert t.to(device).data_ptr() != t.data_ptr()
    assert t.to(device).device == t.device  # and yet
    assert torch.as_tensor(t, device=device) is not t
    assert not leaf().to(device).is_leaf
    address = m.weight.data_ptr()
    kept = m.weight.detach()  # so that the memory is not used again
    assert m.to(device).weight.data_ptr() != address == kept.data_ptr()


@pytest.mark.parametrize("make", TENSORS.values(), ids=TENSORS)
def test_devices_copy_true_copies_whatever_the_tensor(make):
    t = make()
    c = t.to("cpu", copy=True)
    parts = {"sparse": ("_indices", "_values"), "csr": ("crow_indices", "values")}
    for part in parts.get(
        next(k for k, m in TENSORS.items() if m is make), ("detach",)
    ):
        a, b = getattr(t, part)(), getattr(c, part)()
        assert c is not t and (a.data_ptr() != b.data_ptr() or not t.numel())
    assert c.requires_grad == t.requires_grad and c.dtype == t.dtype
    assert not t.detach().to("cpu", copy=True).requires_grad


@pytest.mark.parametrize("call", ["to", "cpu", "float"])
def test_devices_a_memory_format_that_the_tensor_does_not_have_is_a_copy(call):
    x = torch.ones(1, 2, 2, 2)
    for format_, itself in (
        (torch.channels_last, False),
        (torch.preserve_format, True),
    ):
        assert (getattr(x, call)(memory_format=format_) is x) == itself
    last = x.to(memory_format=torch.channels_last)
    assert getattr(last, call)(memory_format=torch.channels_last) is last


@pytest.mark.parametrize("call", ["to", "cpu", "float"])
@pytest.mark.parametrize("kind", ["transposed", "with gaps", "expanded"])
def test_devices_contiguous_format_returns_a_transposed_tensor_itself(call, kind):
    x = TENSORS[kind]()
    assert getattr(x, call)(memory_format=torch.contiguous_format) is x
    assert not x.is_contiguous() and x.contiguous() is not x
    last = torch.ones(1, 2, 2, 2).to(memory_format=torch.channels_last)
    y = getattr(last, call)(memory_format=torch.contiguous_format)
    assert y is not last and y.is_contiguous()


def test_devices_a_move_is_a_copy_with_memory_of_its_own(output):
    assert output("devices/copy_from_another_device").splitlines() == [
        "v = tensor([1.], grad_fn=<ToCopyBackward0>)",
        "w.to('cpu') = tensor([1.], grad_fn=<ToCopyBackward0>)",
        "w = tensor([1.], device='lazy:0', requires_grad=True)",
        "v = tensor([7.], grad_fn=<CopySlices>)",
    ]
    for dtype in (torch.float32, torch.float64, torch.int64, torch.bool):
        here = torch.ones(2, dtype=dtype)
        there = here.to("lazy")
        back = there.cpu()
        here.zero_()
        back.zero_()
        assert there.cpu().tolist() == torch.ones(2, dtype=dtype).tolist()


def test_devices_the_program_for_the_gpu_differs_from_the_one_run_in_the_device(output):
    on_gpu = source("devices/copy_from_the_gpu").removeprefix("# needs: cuda\n")
    lazy = source("devices/copy_from_another_device").replace('"lazy"', '"cuda"')
    setup = "import torch._lazy.ts_backend\n\ntorch._lazy.ts_backend.init()\n"
    assert lazy.replace(setup, "\n") == on_gpu


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


def test_A31_but_a_cpu_tensor_without_dimensions_mixes(output):
    """The exception; here with the meta device, with CUDA by a recording."""
    x = torch.ones(2, device="meta")
    assert (x + torch.tensor(4.0)).device.type == "meta"
    with pytest.raises(RuntimeError, match="device"):
        x + torch.tensor([4.0])
    lines = output("devices/what_may_lie_elsewhere").splitlines()
    assert len(lines) == 3
    assert all(line.endswith(" = device(type='meta')") for line in lines)


@pytest.mark.parametrize(
    "calculate",
    [
        torch.add,
        torch.mul,
        torch.maximum,
        torch.pow,
        torch.atan2,
        torch.lerp,
        torch.addcmul,
        lambda *operands: torch.cat(operands),
        lambda *operands: torch.stack(operands),
    ],
)
def test_devices_arithmetic_needs_its_tensors_on_one_device(calculate):
    """Whichever of the operands lies elsewhere."""
    count = 3 if calculate in (torch.lerp, torch.addcmul) else 2
    for odd in range(count):
        operands = [torch.ones(2) for _ in range(count)]
        operands[odd] = operands[odd].to("meta")
        with pytest.raises(RuntimeError, match="is not on the expected device"):
            calculate(*operands)


@elsewhere
def test_devices_some_things_may_lie_on_the_cpu_all_the_same(elsewhere):
    """A tensor without dimensions, indices, and what is copied from."""
    x = torch.ones(3, device=elsewhere)
    assert (x * torch.tensor(4.0)).device == x.device
    assert (torch.tensor(4.0) - x).device == x.device
    assert x[torch.tensor([0, 2])].shape == (2,)
    x[torch.tensor([0])] = 5.0
    x[1:] = torch.zeros(2)
    assert x.copy_(torch.zeros(3)) is x
    if elsewhere == "lazy":
        assert x.cpu().tolist() == [0.0, 0.0, 0.0]


def test_devices_not_everything_takes_those_from_the_cpu():
    x, one = torch.ones(3, device="meta"), torch.ones(1, device="meta")
    for join in (torch.stack, torch.cat):
        with pytest.raises(RuntimeError):
            join([x[0], torch.tensor(4.0)])
    with pytest.raises(RuntimeError, match="in the same device"):
        x.index_add(0, torch.tensor([0]), one)
    x = torch.ones(3, device="lazy")
    for call in (
        lambda: x.index_select(0, torch.tensor([0])),
        lambda: x.gather(0, torch.tensor([0])),
        lambda: torch.nn.functional.embedding(torch.tensor([0]), x[:, None]),
    ):
        with pytest.raises(RuntimeError, match="not a lazy tensor"):
            call()


@pytest.mark.parametrize(
    ("calculate", "shapes"),
    [
        (torch.matmul, [(2, 2), (2, 2)]),
        (torch.mm, [(2, 2), (2, 2)]),
        (torch.nn.functional.linear, [(2, 2), (2, 2)]),
        (torch.nn.functional.conv1d, [(1, 1, 4), (1, 1, 2)]),
    ],
)
def test_devices_some_products_do_not_notice_meta(calculate, shapes, output):
    """Not even where a module does it."""
    x, weight = (torch.ones(shape) for shape in shapes)
    y = calculate(x, weight.to("meta"))
    assert y.device.type == "cpu" and y.shape == calculate(x, weight).shape
    assert output("devices/meta_weight_unnoticed").splitlines() == [
        "y.device = device(type='cpu'), y.shape = torch.Size([2, 2])",
        "weight.is_meta = True",
    ]
    model = torch.nn.Linear(2, 2, bias=False, device="meta")
    assert not model(torch.ones(1, 2)).is_meta
    assert all(p.is_meta for p in model.parameters())


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


def test_devices_older_versions_of_torch_had_other_names_for_the_node():
    recorded = SNIPPETS.parent / "recordings/torch-1.9.0-cpu/devices/grad_fn_name.txt"
    assert "ToCopyBackward0" not in recorded.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "dtype",
    [torch.float64, torch.float16, torch.bfloat16, torch.float8_e5m2, torch.complex64],
)
def test_devices_another_floating_point_or_complex_dtype_is_recorded(dtype):
    w = leaf()
    assert w.to(dtype).grad_fn.name() == w.to("meta").grad_fn.name()


@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool])
def test_devices_after_a_conversion_to_integers_nothing_requires_grad(dtype):
    w = leaf()
    v = w.to(dtype)
    assert v.data_ptr() != w.data_ptr()
    assert v.is_leaf and not v.requires_grad and v.grad_fn is None


def test_devices_copy_true_copies_and_lets_the_gradient_through(output):
    assert output("devices/copy_in_any_case").splitlines() == [
        "v.data_ptr() == w.data_ptr() = False",
        "v.is_leaf = False",
        "w.grad = tensor([1.])",
    ]
    assert not leaf().detach().to("cpu", copy=True).requires_grad


def test_devices_the_gradient_goes_back_to_the_device_that_it_came_from(output):
    assert output("devices/gradient_between_devices").splitlines() == [
        "z is y = False",
        "z = tensor([2.], grad_fn=<ToCopyBackward0>)",
        "w.grad = tensor([14.], device='lazy:0')",
        "v.grad = tensor([2.])",
    ]
    w = leaf()  # and the other way round
    (w.to("lazy") * 3).cpu().to("lazy").sum().backward()
    assert w.grad.device.type == "cpu" and w.grad.item() == 3.0


def test_devices_between_two_devices_the_values_are_those_of_one(
    tmp_path, output, capsys
):
    """The program for the GPU, run on another device that is not the CPU."""
    program = tmp_path / "program.py"
    text = source("devices/backward_crosses_devices").replace('"cuda"', '"lazy"')
    program.write_text(text, encoding="utf-8")
    names = runpy.run_path(str(program))
    assert "z is y = False" in capsys.readouterr().out
    assert names["z"].grad_fn.name() == "ToCopyBackward0"
    lines = output("devices/one_device_for_all").splitlines()
    for name, other in zip("wyv", "bzc", strict=True):
        a, b = (names[n].grad.cpu() for n in (name, other))
        assert f"{name}.grad = {a}, {other}.grad = {b}" in lines
        assert names[name].grad.device == names[name].device
    assert names["x"].grad is None and names["f"].item() == 39.0


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


@pytest.mark.parametrize("device", ["cpu", "meta", "lazy"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64])
def test_devices_both_portable_ways_give_a_leaf_on_any_device(device, dtype):
    w = torch.tensor([1.0], dtype=dtype, device=device, requires_grad=True)
    b = torch.tensor([3.0]).to(device, dtype).requires_grad_()
    (w + b).sum().abs().backward()
    for t in (w, b):
        assert t.is_leaf and t.grad.device == t.device


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


def test_devices_a_move_loses_the_leaf_as_a_conversion_does():
    w = torch.tensor([1.0], requires_grad=True).to("lazy")
    w.backward()
    with pytest.warns(UserWarning, match="not a leaf"):
        assert not w.is_leaf and w.grad is None


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


@pytest.mark.parametrize("info", module_db, ids=lambda info: info.name)
def test_devices_a_module_keeps_its_parameters_when_the_dtype_changes(info):
    for module in modules(info):
        before = dict(module.named_parameters())
        assert module.to(torch.float64) is module
        after = dict(module.named_parameters())
        assert all(after[name] is p and p.is_leaf for name, p in before.items())
        assert all(p.dtype == torch.float64 for p in before.values())
        if before:
            assert module.to("meta") is module
            assert all(p.is_meta and p.is_leaf for p in module.parameters())
            assert not {*module.parameters()} & {*before.values()}


@elsewhere
def test_devices_a_move_may_put_new_parameters_in_place(output, elsewhere):
    assert output("devices/module_gets_new_parameters").splitlines() == [
        "layer.weight is weight = False",
        "optimizer.param_groups[0]['params'][0] is weight = True",
    ]
    layer = torch.nn.Linear(2, 1)
    weight = layer.weight
    assert layer.to(elsewhere).weight is not weight
    weight = layer.weight
    assert layer.to_empty(device="cpu").weight is not weight


def test_devices_an_optimizer_made_before_a_move_updates_the_old_parameters():
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    layer.to("meta").to_empty(device="cpu")
    with torch.no_grad():
        for p in layer.parameters():
            p.fill_(1.0)
    before = copy.deepcopy(layer.state_dict())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    assert all(torch.equal(p, before[n]) for n, p in layer.named_parameters())
