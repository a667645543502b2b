"""The statements of the page on `numpy()`, each decided by a run."""

from pathlib import Path

import numpy as np
import pytest
import torch

SNIPPETS = Path(__file__).resolve().parents[2] / "snippets"
REQUIRES_GRAD = (
    "RuntimeError: Can't call numpy() on Tensor that requires grad. "
    "Use tensor.detach().numpy() instead."
)
OTHER_DEVICE = (
    "TypeError: can't convert {} device type tensor to numpy. "
    "Use Tensor.cpu() to copy the tensor to host memory first."
)


def leaf(value=1.0):
    return torch.tensor([value], requires_grad=True)


def test_A39_a_tensor_that_is_not_on_the_cpu_raises_TypeError(output):
    """True; the text here is that of the meta device, cuda:0 is for a recording."""
    text = output("numpy_bridge/other_device_refuses")
    assert text.rstrip().endswith(OTHER_DEVICE.format("meta"))
    on_meta = (SNIPPETS / "numpy_bridge/other_device_refuses.py").read_text()
    on_gpu = (SNIPPETS / "numpy_bridge/gpu_refuses.py").read_text()
    assert on_gpu == "# needs: cuda\n" + on_meta.replace("meta", "cuda")


def test_A40_a_tensor_that_requires_grad_raises_RuntimeError(output):
    """True, and the text is the same."""
    assert output("numpy_bridge/requires_grad_refuses").rstrip().endswith(REQUIRES_GRAD)


def test_A41_the_array_and_the_tensor_share_their_values_both_ways(output):
    """True: a write to either shows in the other."""
    lines = output("numpy_bridge/shares_both_ways").splitlines()
    assert lines[1] == "x = tensor([7.]), z = array([7.], dtype=float32)"
    assert lines[2] == "x = tensor([5.]), z = array([5.], dtype=float32)"


def test_A42_the_values_are_2_and_after_the_write_7(output):
    """2 and 2, then 7 and 7: true."""
    lines = output("numpy_bridge/shares_both_ways").splitlines()
    assert lines[:2] == [
        "x = tensor([2.]), z = array([2.], dtype=float32)",
        "x = tensor([7.]), z = array([7.], dtype=float32)",
    ]


def test_A54_the_array_of_a_detached_tensor_shares_its_values(output):
    """detach().numpy() shares: true; the write even reaches the leaf."""
    assert output("numpy_bridge/detach_shares").splitlines() == [
        "a = array([7.], dtype=float32)",
        "w = tensor([7.], requires_grad=True)",
    ]


def test_A56_the_clone_of_a_tensor_that_requires_grad_raises(output):
    """True: the clone requires grad too. Without requires_grad it is an array."""
    assert output("numpy_bridge/clone_does_not_help").rstrip().endswith(REQUIRES_GRAD)
    assert torch.ones(1).clone().numpy() == 1.0


def test_numpy_does_not_check_requires_grad_inside_no_grad(output):
    text = output("numpy_bridge/no_grad_lets_it_through")
    assert text.strip() == "w = tensor([7.], requires_grad=True)"
    with torch.no_grad(), torch.enable_grad(), pytest.raises(RuntimeError):
        leaf().numpy()


def test_numpy_reports_the_device_before_requires_grad():
    for requires_grad in (False, True):
        w = torch.ones(1, device="meta", requires_grad=requires_grad)
        with pytest.raises(TypeError, match="can't convert meta device"):
            w.numpy()


def test_numpy_still_refuses_after_cpu_but_not_after_detach_and_cpu():
    with pytest.raises(RuntimeError, match="requires grad"):
        leaf().cpu().numpy()
    assert leaf(3.0).detach().cpu().numpy() == 3.0


def test_numpy_force_shares_on_the_cpu_as_the_long_form_does(output):
    assert output("numpy_bridge/force_shares_on_the_cpu").splitlines() == [
        "b = array([7.], dtype=float32)",
        "w = tensor([7.], requires_grad=True)",
    ]


def test_numpy_force_copies_what_is_conjugated_later(output):
    assert output("numpy_bridge/force_copies_a_conjugate").splitlines() == [
        "z = tensor([7.-0.j])",
        "a = array([1.-2.j], dtype=complex64)",
    ]
    x = torch.tensor([1.0 + 2.0j])
    z = x.conj()
    assert z._base is x
    with pytest.raises(RuntimeError, match="conjugate bit"):
        z.numpy()


def test_numpy_a_write_through_the_array_is_not_counted(output):
    lines = output("numpy_bridge/write_is_not_counted").splitlines()
    assert lines[:4] == [
        "x._version = 0",
        "right = tensor([2.])",
        "wrong = tensor([10.])",
        "x._version = 1",
    ]
    assert "has been modified by an inplace operation" in lines[-1]


def test_numpy_the_overwritten_tensor_is_a_saved_tensor():
    x = torch.tensor([2.0])
    y = x * leaf()
    assert y.grad_fn._saved_self.data_ptr() == x.data_ptr()


def test_numpy_rebinding_is_not_a_write(output):
    assert output("numpy_bridge/rebinding_is_not_a_write").splitlines() == [
        "x = tensor([3.]), a = array([3.], dtype=float32)",
        "x = tensor([3.]), a = array([4.], dtype=float32)",
    ]


def test_numpy_what_is_computed_with_arrays_is_not_in_the_graph():
    doubled = torch.from_numpy(leaf().detach().numpy() * 2)
    assert isinstance(leaf().detach().numpy(), np.ndarray)
    assert doubled.grad_fn is None
    assert not doubled.requires_grad
