"""The statements of the page on the graph and its leaves, decided by runs."""

import copy
import gc
import warnings
import weakref

import pytest
import torch
from torch import nn
from torch.func import functional_call

from tests.conftest import values

TOPIC = "graph_and_leaves"


def rows(name):
    """Run the program of a table and return its rows."""
    return values(f"{TOPIC}/{name}")["rows"]


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def raised(text):
    """The message of the exception that ends a recorded output."""
    return text[text.index("\nRuntimeError: ") + len("\nRuntimeError: ") :].strip()


def test_leaves_only_leaves_that_require_grad_receive_a_gradient(output):
    assert output(f"{TOPIC}/where_gradients_end").splitlines() == [
        "x.is_leaf = True, w.is_leaf = True, h.is_leaf = False",
        "x.grad is None = True, w.grad is None = False",
    ]
    h = leaf(1.0) * 2
    h.backward()
    with pytest.warns(UserWarning, match="not a leaf Tensor is being accessed"):
        assert h.grad is None


def test_leaves_the_graph_is_walked_from_the_result_to_accumulate_grad(output):
    assert output(f"{TOPIC}/walk_the_nodes", "walk").splitlines() == [
        "SumBackward0",
        "  AddBackward0",
        "    MulBackward0",
        "      torch::autograd::AccumulateGrad",
        "    torch::autograd::AccumulateGrad",
    ]
    assert output(f"{TOPIC}/walk_the_nodes", "leaf").splitlines() == [
        "end.name() = 'torch::autograd::AccumulateGrad'",
        "end.variable is b = True",
    ]


def test_leaves_are_the_tensors_without_grad_fn():
    table = {row["expression"]: row for row in rows("leaf_or_not")}
    leaves = {name for name, row in table.items() if row["is_leaf"]}
    assert leaves == {
        "x",
        "w",
        "x * 2",
        "w.float()",
        "w.to('cpu')",
        "w.detach()",
        "(w * 2).detach()",
        "nn.Parameter(w * 2)",
        "copy.copy(w)",
        "copy.deepcopy(w)",
    }
    for row in table.values():
        assert row["is_leaf"] == (row["grad_fn"] is None)
    with torch.no_grad():  # the odd case: a view that requires grad
        view = leaf(1.0).view(1)
    assert view.is_leaf and view.grad_fn is None


def test_leaves_a_conversion_returns_the_leaf_itself_or_a_non_leaf():
    """Which of the two depends on the tensor, not on the line."""
    w = leaf(1.0)
    assert w.float() is w and w.to("cpu") is w
    double = torch.ones(1, dtype=torch.float64, requires_grad=True)
    elsewhere = torch.ones(1, device="meta", requires_grad=True)
    for converted in (double.float(), elsewhere.to(torch.float16)):
        assert not converted.is_leaf
    assert not w.to("meta").is_leaf


@pytest.mark.parametrize(
    "make", [torch.Tensor.detach, nn.Parameter, copy.copy, copy.deepcopy]
)
def test_leaves_detach_parameter_and_copies_are_in_no_graph(make):
    w = leaf(1.0)
    t = make(w)
    assert t is not w and t.is_leaf and t.grad_fn is None
    (t * leaf(3.0)).backward()
    assert w.grad is None


def test_leaves_deepcopy_refuses_non_leaves():
    with pytest.raises(RuntimeError, match="support the deepcopy protocol"):
        copy.deepcopy(leaf(1.0) * 2)


def test_leaves_requires_grad_spreads_to_what_can_be_differentiated(output):
    flags = [
        line.split(" = ")[1]
        for line in output(f"{TOPIC}/requires_grad_spreads").splitlines()
    ]
    assert flags == ["False", "True", "False", "False", "False", "False"]


def test_leaves_the_flag_of_a_result_cannot_be_cleared(output):
    assert raised(output(f"{TOPIC}/flag_of_a_result")) == (
        "you can only change requires_grad flags of leaf variables. If you want to "
        "use a computed variable in a subgraph that doesn't require differentiation "
        "use var_no_grad = var.detach()."
    )


def test_leaves_backward_does_not_start_where_nothing_requires_grad(output):
    assert raised(output(f"{TOPIC}/nothing_requires_grad")) == (
        "element 0 of tensors does not require grad and does not have a grad_fn"
    )
    w = leaf(1.0)
    with torch.no_grad():
        rebound = w - 0.1
        w -= 0.1
    assert not rebound.requires_grad and w.requires_grad


def test_leaves_switching_the_flag_on_at_the_loss_mends_nothing(output):
    assert output(f"{TOPIC}/flag_on_the_loss").splitlines() == [
        "loss.grad = tensor(1.)",
        "w.grad = None",
    ]


def test_leaves_backward_adds_to_grad(output):
    assert output(f"{TOPIC}/grad_accumulates").splitlines() == [
        "w.grad = tensor([2.])",
        "w.grad = tensor([7.])",
        "w.grad = tensor([5.])",
    ]
    w = leaf(1.0)
    (w * 2).backward()
    torch.optim.SGD([w], lr=0.1).zero_grad()
    assert w.grad is None


def test_leaves_a_shared_part_of_the_graph_is_passed_once(output):
    assert output(f"{TOPIC}/shared_subgraph").splitlines() == [
        "grad = tensor([8.])",
        "w.grad = tensor([16.])",
    ]


def test_leaves_backward_starts_by_itself_from_one_element_only(output):
    assert raised(output(f"{TOPIC}/one_number_only")) == (
        "grad can be implicitly created only for scalar outputs"
    )
    for shape in ((), (1,), (1, 1)):
        w = torch.ones(shape, requires_grad=True)
        (w * 2).backward()
        assert w.grad.item() == 2.0
    assert output(f"{TOPIC}/weights_for_the_elements").splitlines() == [
        "w.grad = tensor([2., 2.])",
        "w.grad = tensor([2., 2.])",
        "w.grad = tensor([ 2., 20.])",
    ]


def test_leaves_a_clone_made_afterwards_is_not_on_the_path(output):
    assert raised(output(f"{TOPIC}/clone_is_not_on_the_path")) == (
        "The differentiated Tensor at index 0 appears to not have been used in the "
        "graph. Set allow_unused=True if this is the desired behavior."
    )
    assert raised(output(f"{TOPIC}/detached_is_asked_for")) == (
        "One of the differentiated Tensors does not require grad"
    )
    assert output(f"{TOPIC}/clone_on_the_path").splitlines() == [
        "(tensor([3.]), tensor([3.]))",
        "(tensor([3.]), None)",
    ]


def test_leaves_autograd_grad_leaves_grad_alone():
    w = leaf(1.0)
    torch.autograd.grad(w * 3, w)
    assert w.grad is None


def test_leaves_backward_frees_what_was_saved(output):
    assert raised(output(f"{TOPIC}/second_backward")).startswith(
        "Trying to backward through the graph a second time (or directly access "
        "saved tensors after they have already been freed)."
    )
    assert output(f"{TOPIC}/retained_graph").splitlines() == [
        "w.grad = tensor([4.])",
        "w.grad = tensor([4.])",
    ]

    def saved_is_alive_after(**options):
        w = leaf(1.0, 2.0)
        kept = []

        class Box:
            def __init__(self, tensor):
                self.tensor = tensor

        def pack(tensor):
            box = Box(tensor)
            kept.append(weakref.ref(box))
            return box

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda box: box.tensor):
            y = w.exp().sum()
        assert all(ref() is not None for ref in kept) and kept
        y.backward(**options)
        gc.collect()
        return all(ref() is not None for ref in kept)

    assert not saved_is_alive_after()
    assert saved_is_alive_after(retain_graph=True)


def test_leaves_two_losses_of_one_forward_pass_are_added():
    w = leaf(1.0)
    h = w.exp()
    (h * 2 + h * h).backward()
    together = w.grad
    w.grad = None
    (w.exp() * 2).backward()
    w.exp().square().backward()
    assert torch.allclose(together, w.grad)


def test_leaves_a_carried_state_must_be_detached(output):
    assert "a second time" in raised(output(f"{TOPIC}/carried_state"))
    assert "modified by an inplace operation" in raised(
        output(f"{TOPIC}/carried_state_retained")
    )
    assert output(f"{TOPIC}/carried_state_detached").count("w.grad = ") == 3


def test_leaves_no_gradient_flows_past_the_detached_state():
    def gradient(carry):
        w = leaf(0.5)
        hidden = torch.ones(1)
        for x in (1.0, 2.0):
            hidden = torch.tanh(w * carry(hidden) + x)
        hidden.backward()
        return w.grad.item()

    w, before = leaf(0.5), torch.tanh(torch.tensor([0.5 + 1.0]))
    torch.tanh(w * before + 2.0).backward()
    assert gradient(torch.Tensor.detach) == pytest.approx(w.grad.item())
    assert gradient(lambda hidden: hidden) != pytest.approx(w.grad.item())


def test_leaves_a_running_total_holds_the_graphs_of_all_steps(output):
    assert [tuple(row.values()) for row in rows("nodes_held")] == [
        (1, 4, 0),
        (10, 31, 0),
        (100, 301, 0),
    ]
    assert output(f"{TOPIC}/nodes_held").splitlines() == [
        "total.requires_grad = True, detached.requires_grad = False",
        "torch.equal(total, detached) = True",
    ]


def test_leaves_the_graph_goes_with_its_result():
    class Mark:
        pass

    w = leaf(1.0)
    y = w.exp()
    mark = Mark()
    y.grad_fn.metadata["mark"] = mark
    gone = weakref.ref(mark)
    del mark
    gc.collect()
    assert gone() is not None
    del y
    gc.collect()
    assert gone() is None


def test_leaves_a_write_turns_a_constant_into_a_result(output):
    assert output(f"{TOPIC}/constant_joins_the_graph").splitlines() == [
        "total.is_leaf = True, total.requires_grad = False",
        "total.is_leaf = False, total.requires_grad = True",
        "total.grad_fn.name() = 'AddBackward0'",
    ]
    buffer = torch.zeros(1)
    buffer.copy_(leaf(1.0))
    assert not buffer.is_leaf and buffer.requires_grad


def test_leaves_detach_in_place_cuts_only_what_comes_later(output):
    assert output(f"{TOPIC}/detach_in_place").splitlines() == [
        "h.is_leaf = True, h.requires_grad = False",
        "z.requires_grad = False",
        "w.grad = tensor([6.])",
    ]
    h = leaf(1.0) * 2
    assert h.detach_() is h


def test_leaves_parameter_cuts_and_functional_call_does_not(output):
    assert output(f"{TOPIC}/parameter_cuts_the_graph").splitlines() == [
        "p.is_leaf = True",
        "p.grad = tensor([3.])",
        "w.grad = None",
    ]
    assert output(f"{TOPIC}/functional_call_keeps_it").splitlines() == [
        "w.grad = tensor([[2.]])",
        "layer.weight.grad = None",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.Parameter(leaf(1.0) * 2)
    layer = nn.Linear(1, 1, bias=False)
    w = torch.ones(1, 1, requires_grad=True)
    functional_call(layer, {"weight": w}, torch.ones(1, 1)).backward()
    assert w.grad is not None


def test_leaves_a_hook_on_a_clone_changes_that_path_only(output):
    assert output(f"{TOPIC}/hooks_in_order").splitlines() == [
        "arriving at w: tensor([31.])",
        "stored in w.grad: tensor([31.])",
    ]


def test_leaves_a_step_in_a_hook_leaves_no_gradient_behind(output):
    """And when one gradient is there, those updated before are gone."""
    assert output(f"{TOPIC}/step_in_a_hook").splitlines() == [
        "w = tensor([0.8000], requires_grad=True), w.grad = None",
        "b = tensor([0.9000], requires_grad=True), b.grad = None",
    ]
    parameters = [leaf(1.0) for _ in range(3)]
    alive = []

    def forget(p):
        alive.append(sum(other.grad is not None for other in parameters))
        p.grad = None

    for p in parameters:
        p.register_post_accumulate_grad_hook(forget)
    sum(p * 2 for p in parameters).backward()
    assert alive == [1, 1, 1]
