"""The statements of the `detach()` page, each decided by a run."""

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

SAVED_TENSOR_CHANGED = (
    "RuntimeError: one of the variables needed for gradient computation has "
    "been modified by an inplace operation: [torch.FloatTensor [1]] is at "
    "version 1; expected version 0 instead. Hint: enable anomaly detection to "
    "find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)


def leaf(value=1.0):
    return torch.tensor([value], requires_grad=True)


def allocated(function):
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        kept = function()
    events = seen.key_averages()
    assert kept is not None and len(events) > 0
    return sum(event.self_cpu_memory_usage for event in events)


def test_A02_detach_gives_a_new_object_on_the_same_device(output):
    """detach() makes a new tensor on the device of the source: true."""
    lines = output("detach/what_it_returns").splitlines()
    assert "z is w = False" in lines
    assert "z.device == w.device = True" in lines
    assert torch.ones(1, device="meta").detach().device.type == "meta"


def test_A03_the_detached_tensor_is_cut_from_the_graph(output):
    """The result has no grad_fn and requires no grad: true."""
    lines = output("detach/what_it_returns").splitlines()
    assert "z.requires_grad = False" in lines
    assert "z.grad_fn = None" in lines


def test_A04_backward_of_one_element_needs_no_argument(output):
    """y.backward() needs no argument, because y has one element: true."""
    assert "w.grad = tensor([2.])" in output("detach/seed_calculation", "backward")
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        (torch.ones(2, requires_grad=True) * 2).backward()


def test_A05_the_seed_calculation_prints_its_values(output):
    """x, w, b and y print as stated (the device aside): true."""
    assert output("detach/seed_calculation", "forward").splitlines() == [
        "x = tensor([2.])",
        "w = tensor([1.], requires_grad=True)",
        "b = tensor([3.], requires_grad=True)",
        "y = tensor([5.], grad_fn=<AddBackward0>)",
    ]


def test_A06_gradients_are_in_w_and_b_only(output):
    """The four .grad are as stated; reading that of y also warns."""
    text = output("detach/seed_calculation", "backward")
    grads = [line for line in text.splitlines() if ".grad = " in line]
    assert [line for line in grads if "UserWarning" not in line] == [
        "x.grad = None",
        "w.grad = tensor([2.])",
        "b.grad = tensor([1.])",
        "y.grad = None",
    ]
    assert text.count("UserWarning: The .grad attribute of a Tensor") == 1


def test_A07_w_b_and_y_require_grad_and_x_does_not(output):
    """requires_grad of x, w, b, y is False, True, True, True: true."""
    text = output("detach/seed_calculation", "flags")
    for name, flag in zip("xwby", (False, True, True, True), strict=True):
        assert f"{name}.requires_grad = {flag}," in text


def test_A08_all_but_y_are_leaves(output):
    """is_leaf of x, w, b, y is True, True, True, False: true."""
    text = output("detach/seed_calculation", "flags")
    for name, flag in zip("xwby", (True, True, True, False), strict=True):
        assert f"{name}.is_leaf = {flag}\n" in text + "\n"


def test_A09_the_graph_has_an_addition_a_multiplication_and_two_leaves(output):
    """The graph of y = x*w + b, walked node by node; x is not in it."""
    assert output("detach/seed_calculation", "graph").splitlines() == [
        "add.name() = 'AddBackward0'",
        "mul.name() = 'MulBackward0'",
        "behind_x = None",
        "behind_w.variable is w = True",
        "behind_b.variable is b = True",
    ]


def test_A10_detach_keeps_the_shape(output):
    """The print of a 0-dim tensor is wrong: the shape does not change."""
    lines = output("detach/what_it_returns").splitlines()
    assert "z = tensor([1.])" in lines
    assert "z.shape == w.shape = True" in lines


def test_A11_the_detached_tensor_has_no_grad(output):
    """z.grad is None: true."""
    assert "z.grad = None" in output("detach/what_it_returns").splitlines()


def test_A12_comparing_with_y_says_nothing_about_detach(output):
    """`z is y` is False, but so is `w is y`: it is evidence of nothing."""
    lines = output("detach/is_proves_little").splitlines()
    assert "z is y = False" in lines
    assert "w is y = False" in lines
    assert "z is w = False" in lines
    assert "z.data_ptr() == w.data_ptr() = True" in lines


def test_A13_the_detached_tensor_is_a_leaf(output):
    """z.is_leaf is True: true."""
    assert "z.is_leaf = True" in output("detach/what_it_returns").splitlines()


def test_A14_a_detached_tensor_shares_its_values(output):
    """A write to either tensor is seen in the other: true."""
    assert output("detach/write_is_shared").splitlines() == [
        "w = tensor([2.], requires_grad=True)",
        "z = tensor([5.])",
    ]


def test_A15_writing_to_a_saved_value_makes_backward_raise(output):
    """Writing through z is not harmless: backward through x*x raises."""
    text = output("detach/write_is_noticed")
    assert "x._version = 0, z._version = 0\n" in text
    assert "x._version = 1, z._version = 1\n" in text
    assert text.rstrip().endswith(SAVED_TENSOR_CHANGED)
    assert "y.backward()  # raises RuntimeError" in text


def test_A54_the_array_of_a_detached_tensor_shares_its_values():
    """detach().numpy() shares the values with the tensor: true."""
    w = leaf()
    array = w.detach().numpy()
    array[0] = 7.0
    assert w.item() == 7.0


def test_A71_detach_allocates_no_memory_for_values(output):
    """That detach() allocates is false; clone() does."""
    lines = output("detach/allocates_nothing").splitlines()
    assert "len({id(z) for z in detached}) = 100" in lines
    assert "len({z.data_ptr() for z in detached}) = 1" in lines
    assert "len({v.data_ptr() for v in cloned}) = 100" in lines

    w = torch.ones(1000, requires_grad=True)
    assert {w.detach().data_ptr() for _ in range(9)} == {w.data_ptr()}
    assert allocated(w.detach) == 0
    assert allocated(w.clone) >= 1000 * w.element_size()


def test_detach_stops_the_gradient_and_leaves_the_source_alone(output):
    """In x * w.detach() + b only b gets a gradient; w still requires grad."""
    assert output("detach/gradient_stops").splitlines() == [
        "w.grad = None",
        "b.grad = tensor([1.])",
        "w.requires_grad = True",
    ]


def test_detach_allows_a_write_to_a_value_that_was_not_saved(output):
    """x * w saves x only; after a write to w its gradient is right, y is old."""
    lines = output("detach/unsaved_value_may_change").splitlines()
    assert lines[0] == "w.grad = tensor([2.])"
    assert lines[1].startswith("y = tensor([2.]")
    assert lines[2].startswith("x * w = tensor([14.]")

    x, w = torch.tensor([2.0]), leaf()
    node = (x * w).grad_fn
    saved = (node._saved_self, node._saved_other)
    assert [t.data_ptr() for t in saved if t is not None] == [x.data_ptr()]


def test_detach_and_x_share_a_counter_that_data_does_not(output):
    """.data hides the write: no exception, and 20 where 4 is right."""
    assert output("detach/data_hides_the_write").splitlines() == [
        "x._version = 0",
        "right = tensor([4.])",
        "wrong = tensor([20.])",
    ]


def test_detach_no_grad_builds_no_graph():
    """Inside torch.no_grad nothing is recorded in the first place."""
    with torch.no_grad():
        y = leaf() * 2
    assert not y.requires_grad and y.grad_fn is None
