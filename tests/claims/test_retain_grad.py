"""The statements of the `retain_grad()` page, each decided by a run."""

import pytest
import torch

WARNING = (
    "UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is "
    "being accessed. Its .grad attribute won't be populated during "
    "autograd.backward(). If you indeed want the .grad field to be populated "
    "for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you "
    "access the non-leaf Tensor by mistake, make sure you access the leaf "
    "Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more "
    "information."
)


def test_A19_reading_the_grad_of_a_result_gives_none_and_warns(output):
    """v.grad is None, and reading it warns, which the article does not show."""
    lines = output("retain_grad/non_leaf_has_no_grad").splitlines()
    assert [line for line in lines if "UserWarning" not in line] == [
        "w.is_leaf = True",
        "w.grad = tensor([2.])",
        "v.is_leaf = False",
        "v.grad = None",
    ]
    assert sum(WARNING in line for line in lines) == 1


def test_A25_retain_grad_before_backward_keeps_the_gradient(output):
    """retain_grad() makes .grad available, without a warning: true."""
    assert output("retain_grad/retain_before_backward").splitlines() == [
        "v.is_leaf = False",
        "v.grad = tensor([2.])",
    ]


def test_A26_the_values_are_as_stated_and_the_node_is_CloneBackward0(output):
    """v and y print as stated but for the name of the node."""
    lines = output("retain_grad/both_paths_add_up", "calculation").splitlines()
    assert lines[:2] == [
        "v = tensor([1.], grad_fn=<CloneBackward0>)",
        "y = tensor([3.], grad_fn=<AddBackward0>)",
    ]


def test_A27_the_gradients_of_w_and_v_are_as_stated(output):
    """x, w, v, y: None, 3, 1, None: true."""
    lines = output("retain_grad/both_paths_add_up", "calculation").splitlines()
    assert lines[2:] == [
        "x.grad = None",
        "v.grad = tensor([1.])",
        "w.grad = tensor([3.])",
    ]
    y = torch.ones(1, requires_grad=True) + 2
    y.backward()
    with pytest.warns(UserWarning, match="not a leaf"):
        assert y.grad is None


def test_A28_the_gradients_of_both_paths_add_up(output):
    """w gets 2 + 1: each path on its own, and their sum."""
    assert output("retain_grad/both_paths_add_up", "each-path").splitlines() == [
        "direct = tensor([2.])",
        "through_v = tensor([1.])",
        "torch.equal(direct + through_v, w.grad) = True",
    ]


def test_retain_grad_after_backward_keeps_nothing_and_does_not_warn(output):
    """Too late: .grad stays None although retains_grad is True."""
    assert output("retain_grad/too_late_after_backward").splitlines() == [
        "v.retains_grad = True",
        "v.grad = None",
    ]


def test_retain_grad_keeps_the_gradients_that_come_later():
    """It is a reservation: the next backward fills .grad."""
    v = torch.ones(1, requires_grad=True).clone()
    v.sum().backward(retain_graph=True)
    v.retain_grad()
    (3 * v).sum().backward()
    assert v.grad.item() == 3.0


def test_retain_grad_raises_on_a_tensor_that_requires_no_grad(output):
    """There is no gradient to keep: RuntimeError."""
    text = output("retain_grad/needs_requires_grad")
    assert text.startswith("z.requires_grad = False\n")
    assert text.rstrip().endswith(
        "RuntimeError: can't retain_grad on Tensor that has requires_grad=False"
    )


def test_retain_grad_has_an_alternative_in_hooks(output):
    """A hook is called with the gradient of v."""
    assert output("retain_grad/hook_instead").splitlines() == [
        "seen = [tensor([2.])]",
        "w.grad = tensor([2.])",
    ]


def test_retain_grad_has_an_alternative_in_autograd_grad(output):
    """torch.autograd.grad returns the gradient and leaves .grad alone."""
    assert output("retain_grad/ask_for_the_gradient").splitlines() == [
        "torch.autograd.grad(y, v) = (tensor([2.]),)",
        "w.grad = None",
    ]


def test_retain_grad_before_a_write_keeps_the_gradient_after_it(output):
    """On 2.13 it is the gradient of v after the write; 1.9 had the other."""
    assert output("retain_grad/retained_before_write").splitlines() == [
        "v.grad = tensor([14.,  4.])",
        "w.grad = tensor([0., 4.])",
    ]


def test_retain_grad_after_a_write_keeps_the_gradient_after_it():
    """Writing first leaves no doubt about which gradient is kept."""
    v = torch.tensor([1.0, 2.0], requires_grad=True).clone()
    v[0] = 7.0
    v.retain_grad()
    (v * v).sum().backward()
    assert v.grad.tolist() == [14.0, 4.0]
