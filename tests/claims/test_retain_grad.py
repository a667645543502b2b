"""The statements of the `retain_grad()` page, each decided by a run."""

import warnings

import pytest
import torch
from torch.utils.checkpoint import checkpoint

from tests.claims.tensors import leaf

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


def graph():
    """A leaf, two tensors that follow from it, and the result."""
    w = leaf(1.0)
    v = w.clone()
    u = 2 * v
    return w, v, u, (3 * u).sum()


def grads(*tensors):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [None if t.grad is None else t.grad.item() for t in tensors]


@pytest.mark.parametrize(
    ("backward", "expected"),
    [
        (lambda w, v, u, y: y.backward(), [6.0, None, None, None]),
        (lambda w, v, u, y: y.backward(create_graph=True), [6.0, None, None, None]),
        (lambda w, v, u, y: y.backward(retain_graph=True), [6.0, None, None, None]),
        (lambda w, v, u, y: torch.autograd.backward(y), [6.0, None, None, None]),
        (lambda w, v, u, y: y.backward(inputs=[w]), [6.0, None, None, None]),
        (lambda w, v, u, y: y.backward(inputs=[v]), [None, 6.0, None, None]),
        (lambda w, v, u, y: y.backward(inputs=[u, v]), [None, 6.0, 3.0, None]),
        (lambda w, v, u, y: y.backward(inputs=[w, y]), [6.0, None, None, 1.0]),
    ],
)
@pytest.mark.filterwarnings("ignore:Using backward")
def test_retain_grad_backward_fills_leaves_unless_inputs_are_named(backward, expected):
    tensors = graph()
    backward(*tensors)
    assert grads(*tensors) == expected


def test_retain_grad_backward_with_inputs_is_shown(output):
    assert output("retain_grad/backward_with_inputs").splitlines() == [
        "v.is_leaf = False",
        "v.grad = tensor([2.])",
        "w.grad = None",
    ]


def test_retain_grad_inputs_leave_the_other_leaves_alone():
    w, b = leaf(), leaf()
    v = w * 2
    (v * b).sum().backward(inputs=[v])
    assert grads(w, b, v) == [None, None, 1.0]


NON_LEAVES = {
    "clone": lambda: leaf().clone(),
    "to(dtype)": lambda: leaf().double(),
    "view": lambda: leaf().view(1, 1),
    "written to": lambda: leaf().clone().mul_(2),
    "parametrized weight": lambda: (
        torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(1, 1)).weight
    ),
    "complex": lambda: torch.tensor([1j], requires_grad=True) * 2,
    "sparse": lambda: torch.eye(2).to_sparse().requires_grad_() * 2,
}


@pytest.mark.parametrize("kind", NON_LEAVES)
def test_retain_grad_reading_the_grad_of_any_non_leaf_warns(kind):
    v = NON_LEAVES[kind]()
    for _ in range(2):
        with pytest.warns(UserWarning, match="that is not a leaf Tensor is being"):
            assert v.grad is None
    v.retain_grad()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert v.grad is None
    if kind != "sparse":
        v.abs().sum().backward()
        assert v.grad is not None


NEW_EACH_TIME = {
    "element": lambda v: v[0],
    "slice": lambda v: v[:1],
    "view": lambda v: v.view(4),
    "transposed": lambda v: v.t(),
    "dtype": lambda v: v.double(),
}


@pytest.mark.parametrize("part", NEW_EACH_TIME)
def test_retain_grad_is_of_the_object_and_a_part_is_a_new_one(part):
    make = NEW_EACH_TIME[part]
    v = torch.ones(2, 2, requires_grad=True) * 2
    make(v).retain_grad()
    (make(v) * 3).sum().backward()
    with pytest.warns(UserWarning, match="not a leaf"):
        assert make(v).grad is None
    v = torch.ones(2, 2, requires_grad=True) * 2
    named = make(v)
    named.retain_grad()
    (named * 3).sum().backward()
    assert torch.equal(named.grad, torch.full_like(named, 3.0))


def test_retain_grad_a_parametrized_weight_is_a_new_one_too():
    layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))
    layer.weight.retain_grad()
    layer(torch.ones(1, 2)).sum().backward()
    with pytest.warns(UserWarning, match="not a leaf"):
        assert layer.weight.grad is None


LATE = {
    "plain": {},
    "retain_graph": {"retain_graph": True},
    "create_graph": {"create_graph": True},
}


@pytest.mark.filterwarnings("ignore:Using backward")
@pytest.mark.parametrize("how", LATE)
def test_retain_grad_after_backward_is_too_late_however_it_ran(how):
    _, v, _, y = graph()
    y.backward(**LATE[how])
    v.retain_grad()
    assert v.retains_grad
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert v.grad is None


def without_grad():
    w = leaf(1.0, 2.0)
    yield from (w.detach(), w > 1, w.argmax(), w.long(), torch.ones(2), w.data)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            yield w * 2


def test_retain_grad_raises_wherever_requires_grad_is_False():
    for tensor in without_grad():
        assert not tensor.requires_grad
        with pytest.raises(RuntimeError, match="has requires_grad=False"):
            tensor.retain_grad()


def test_retain_grad_does_nothing_on_a_leaf():
    w = leaf()
    w.retain_grad()
    assert not w.retains_grad
    torch.autograd.grad((2 * w).sum(), w)
    assert w.grad is None
    (2 * w).sum().backward()
    assert w.grad.item() == 2.0


def test_retain_grad_a_hook_is_called_once_with_the_sum_of_all_paths():
    w, seen = leaf(), []
    v = w.clone()
    v.register_hook(lambda grad: seen.append(grad.item()))
    (3 * v + 4 * v + v * v).sum().backward()
    assert seen == [9.0]


def test_retain_grad_is_what_autograd_grad_fills(output):
    assert output("retain_grad/grad_fills_what_is_retained").splitlines() == [
        "torch.autograd.grad(y, w) = (tensor([2.]),)",
        "v.grad = tensor([2.])",
        "w.grad = None",
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(0, [None, 6.0, 3.0]), (1, [None, 6.0, 3.0]), (2, [None, None, 3.0])],
)
def test_retain_grad_autograd_grad_fills_what_lies_on_its_way(wanted, expected):
    """Up to the tensor asked for; the leaf never."""
    w, v, u, y = graph()
    v.retain_grad()
    u.retain_grad()
    torch.autograd.grad(y, (w, v, u)[wanted])
    assert grads(w, v, u) == expected


def test_retain_grad_autograd_grad_puts_nothing_into_leaves():
    w, b = leaf(), leaf()
    for wanted in (w, b, [w, b]):
        y = (w * b).sum()
        torch.autograd.grad(y, wanted)
        assert grads(w, b) == [None, None]


def test_retain_grad_a_backward_that_follows_adds():
    w, v, _, y = graph()
    v.retain_grad()
    torch.autograd.grad(y, w, retain_graph=True)
    y.backward(retain_graph=True)
    assert grads(w, v) == [6.0, 12.0]
    y.backward()
    assert grads(w, v) == [12.0, 18.0]


@pytest.mark.parametrize("reentrant", [True, False])
def test_retain_grad_of_all_ways_two_raise_past_a_reentrant_checkpoint(reentrant):
    def past():
        v, seen = leaf(2.0) * 1, []
        v.retain_grad()
        v.register_hook(seen.append)
        y = checkpoint(lambda t: t * t, v, use_reentrant=reentrant).sum()
        return v, seen, y

    v, seen, y = past()
    y.backward()
    assert v.grad.item() == seen[0].item() == 4.0
    for way in (
        lambda v, y: y.backward(inputs=[v]),
        lambda v, y: torch.autograd.grad(y, v),
    ):
        v, seen, y = past()
        if reentrant:
            with pytest.raises(RuntimeError, match="use_reentrant=True"):
                way(v, y)
        else:
            way(v, y)
            assert v.grad.item() == 4.0


def test_retain_grad_the_sum_is_that_of_all_paths():
    for uses in (1, 2, 5):
        w = leaf(2.0)
        v = w.clone()
        v.retain_grad()
        y = sum((i * w + v * v for i in range(uses)), torch.zeros(1))
        y.backward()
        direct, through_v = sum(range(uses)), 4.0 * uses
        assert grads(w, v) == [direct + through_v, through_v]


def test_retain_grad_no_gradient_reaches_what_requires_none():
    w, x = leaf(), torch.ones(1)
    y = w * x
    with pytest.raises(RuntimeError, match="does not require grad"):
        torch.autograd.grad(y, x, retain_graph=True)
    with pytest.raises(RuntimeError, match="has requires_grad=False"):
        y.backward(inputs=[x], retain_graph=True)
    y.backward()
    assert x.grad is None
