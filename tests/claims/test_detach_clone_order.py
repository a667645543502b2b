"""The statements of the page on the order of detach() and clone()."""

import warnings
import weakref
from pathlib import Path

import pytest
import torch

from tests.claims.tensors import KINDS, address, leaf

TOPIC = "detach_clone_order"
DOCS = Path(__file__).resolve().parents[2] / "docs"


def copies(w):
    return w.detach().clone(), w.clone().detach()


def nine_tensors():
    x, w, b = torch.tensor([2.0]), leaf(4.0), leaf(3.0)
    v = w.clone()
    z = v.detach()
    y = x * v + b
    y.backward()
    t, c = leaf(7.0), leaf(9.0)
    u = z * t + c
    u.backward()
    return {"x": x, "w": w, "b": b, "y": y, "v": v, "z": z, "t": t, "c": c, "u": u}


def test_A43_detach_gives_a_constant(output):
    """The result of detach() requires no grad and has no grad_fn: true."""
    z = leaf().detach()
    assert not z.requires_grad and z.grad_fn is None
    lines = output(f"{TOPIC}/one_step_at_a_time", "detach-first").splitlines()
    assert "d.grad_fn = None, s.grad_fn = None" in lines


def test_A44_the_clone_that_follows_ends_the_sharing(output):
    """detach() shares the memory, clone() does not: true."""
    lines = output(f"{TOPIC}/one_step_at_a_time", "detach-first").splitlines()
    assert "d.data_ptr() == w.data_ptr() = True" in lines
    assert "s.data_ptr() == d.data_ptr() = False" in lines


def test_A45_a_clone_of_a_constant_does_not_backpropagate(output):
    """backward() on such a clone raises: true."""
    shown = output(f"{TOPIC}/constant_does_not_backpropagate")
    assert "s.requires_grad = False, s.grad_fn = None" in shown
    assert "RuntimeError: element 0 of tensors does not require grad" in shown
    with pytest.raises(RuntimeError, match="does not require grad"):
        leaf().detach().clone().backward()


def test_A46_detach_clone_is_independent(output):
    """No write to source or copy is seen in the other: true."""
    assert output(f"{TOPIC}/writes_stay_apart").splitlines() == [
        "w = tensor([5.], requires_grad=True)",
        "s = tensor([7.])",
        "z = tensor([8.])",
    ]


def test_A47_detached_tensor_and_its_clone_look_alike(output):
    """Both print [1.], have no .grad, are new objects and leaves: true."""
    w = leaf()
    (2 * w).backward()
    z = w.detach()
    s = z.clone()
    for new, old in ((z, w), (s, z)):
        assert repr(new) == "tensor([1.])"
        assert new.grad is None and new is not old and new.is_leaf
    shown = output(f"{TOPIC}/same_result")
    assert "s.is_leaf = True, z.is_leaf = True" in shown


def test_A48_s_and_w_share_neither_values_nor_gradient(output):
    """Other memory, and no gradient reaches w through s: true."""
    shown = output(f"{TOPIC}/same_result")
    assert "s.data_ptr() == w.data_ptr() = False" in shown
    w, t = leaf(), leaf(7.0)
    (w.detach().clone() * t).backward()
    assert w.grad is None and t.grad is not None


def test_A49_clone_unshares_and_detach_stops_the_gradient(output):
    """With clone() first, each call does its part: true."""
    lines = output(f"{TOPIC}/one_step_at_a_time", "clone-first").splitlines()
    assert lines == [
        "v.grad_fn.name() = 'CloneBackward0', z.grad_fn = None",
        "v.data_ptr() == w.data_ptr() = False",
        "z.data_ptr() == v.data_ptr() = True",
    ]


def test_A50_clone_detach_is_independent(output):
    """The copy has its own memory and no graph: true."""
    lines = output(f"{TOPIC}/same_result").splitlines()
    assert "z.data_ptr() == w.data_ptr() = False" in lines
    assert "s.grad_fn = None, z.grad_fn = None" in lines


def test_A51_the_nine_tensors_have_the_stated_values(output):
    """y is [11.] and u [37.]; v shows CloneBackward0 (1.9: CloneBackward)."""
    assert "y = tensor([11.], grad_fn=<AddBackward0>)" in output(
        f"{TOPIC}/seed_calculation", "through-the-clone"
    )
    assert "u = tensor([37.], grad_fn=<AddBackward0>)" in output(
        f"{TOPIC}/seed_calculation", "through-the-copy"
    )
    assert repr(nine_tensors()["v"]) == "tensor([4.], grad_fn=<CloneBackward0>)"


def test_A52_only_the_leaves_that_require_grad_have_grad(output):
    """w 2, b 1, t 4, c 1, the other five None: true."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grads = {name: a.grad for name, a in nine_tensors().items()}
    found = {name: g.item() for name, g in grads.items() if g is not None}
    assert found == {"w": 2.0, "b": 1.0, "t": 4.0, "c": 1.0}
    name = f"{TOPIC}/seed_calculation"
    before = "w.grad = tensor([2.]), b.grad = tensor([1.])"
    assert before in output(name, "through-the-clone").splitlines()
    assert output(name, "through-the-copy").splitlines()[1:] == [
        "t.grad = tensor([4.]), c.grad = tensor([1.])",
        before,
    ]
    none = output(name, "none").splitlines()
    assert none[0] == "x.grad = None, z.grad = None"
    assert "not a leaf Tensor" in none[1]
    assert none[2] == "v.grad = None, y.grad = None, u.grad = None"


def test_A53_w_and_z_share_neither_values_nor_gradient(output):
    """Other memory, and no gradient reaches w through z: true."""
    assert "z.data_ptr() == w.data_ptr() = False" in output(f"{TOPIC}/same_result")
    w, t = leaf(), leaf(7.0)
    (w.clone().detach() * t).backward()
    assert w.grad is None and t.grad is not None


def test_C03_clone_first_builds_a_node_that_detach_first_does_not(output):
    """The costs are not the same where recording is on: one node more."""
    w = leaf()
    assert w.clone().grad_fn is not None
    assert w.detach().clone().grad_fn is None
    for language in ("ja", "en"):
        page = DOCS / language / "detach-clone-order.md"
        assert "(benchmarks.md#copy-tensor)" in page.read_text(encoding="utf-8")


def test_detach_clone_order_the_grad_is_not_copied(output):
    lines = output(f"{TOPIC}/same_result").splitlines()
    assert lines[-2:] == ["w.grad = tensor([1.])", "s.grad = None, z.grad = None"]


def test_detach_clone_order_both_results_are_equal(output):
    w = torch.arange(6.0).view(2, 3).t().requires_grad_()
    s, z = copies(w)
    assert torch.equal(s, z)
    for fact in ("dtype", "device", "shape", "layout", "requires_grad", "grad_fn"):
        assert getattr(s, fact) == getattr(z, fact)
    assert s.stride() == z.stride() and s.is_leaf and z.is_leaf


def test_detach_clone_order_the_node_goes_with_the_clone(output):
    assert output(f"{TOPIC}/node_dies_with_the_clone").splitlines() == [
        "z is detached",
        "the node is freed",
        "z = tensor([1.])",
    ]


def test_detach_clone_order_no_node_where_nothing_is_recorded(output):
    assert output(f"{TOPIC}/no_node_without_recording").splitlines() == [
        "x.clone().grad_fn = None",
        "w.clone().grad_fn = None",
    ]


def test_detach_clone_order_a_trainable_copy_is_a_leaf_of_its_own(output):
    assert output(f"{TOPIC}/trainable_copy").splitlines() == [
        "s.is_leaf = True, s.requires_grad = True",
        "s.grad = tensor([3.])",
        "w.grad = None",
    ]


def test_detach_clone_order_requires_grad_does_not_cut(output):
    assert output(f"{TOPIC}/flag_does_not_cut").splitlines() == [
        "v.is_leaf = False, v.requires_grad = True",
        "w.grad = tensor([3.])",
    ]


def nodes_built(call):
    """How many nodes of the graph a call numbers; AccumulateGrad has no number."""
    before = torch._C._autograd._get_sequence_nr()
    call()
    return torch._C._autograd._get_sequence_nr() - before


FACTS = ("shape", "dtype", "device", "layout", "requires_grad", "grad_fn", "is_leaf")


@pytest.mark.parametrize("kind", KINDS)
def test_detach_clone_order_both_results_are_alike_for_every_kind(kind):
    w = KINDS[kind]()
    s, z = copies(w)
    for fact in FACTS:
        assert getattr(s, fact) == getattr(z, fact)
    assert type(s) is type(z)
    assert repr(s) == repr(z)
    assert not s.requires_grad and s.grad_fn is None and s.is_leaf
    assert s.grad is None and z.grad is None
    assert len({address(t) for t in (w, s, z)}) == 3
    assert s.is_inference() == z.is_inference()
    assert (s.is_conj(), s.is_neg()) == (z.is_conj(), z.is_neg())
    if s.layout == torch.strided:
        assert s.stride() == z.stride()


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_detach_clone_order_both_results_are_alike_in_every_mode(mode):
    with mode():
        s, z = copies(leaf())
    assert s.is_inference() == z.is_inference() == (mode is torch.inference_mode)
    assert not s.requires_grad and not z.requires_grad


@pytest.mark.parametrize("kind", KINDS)
def test_detach_clone_order_one_numbered_node_is_what_differs(kind):
    w = KINDS[kind]()
    assert nodes_built(lambda: w.detach().clone()) == 0
    assert nodes_built(lambda: w.clone().detach()) == (1 if w.requires_grad else 0)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert nodes_built(lambda: w.clone().detach()) == 0


def test_detach_clone_order_the_clone_of_a_leaf_leads_to_its_AccumulateGrad():
    """Which goes with the clone, unless another computation has it."""

    def accumulates(tensor):
        ((node, _),) = tensor.grad_fn.next_functions
        assert node.name() == "torch::autograd::AccumulateGrad"
        return node

    w, freed = leaf(), []
    v = w.clone()
    note = {"pinned to the node"}
    accumulates(v).metadata["note"] = note
    weakref.finalize(note, freed.append, True)
    del note, v
    assert freed == [True]

    y = w.exp()
    assert accumulates(y) is accumulates(w.clone())


def test_detach_clone_order_values_are_copied_once():
    for call in (lambda w: w.detach().clone(), lambda w: w.clone().detach()):
        w = torch.zeros(1000, requires_grad=True)
        with torch.profiler.profile(
            activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True
        ) as recorded:
            kept = call(w)
        events = recorded.events()
        sizes = [event.self_cpu_memory_usage for event in events]
        assert sum(size for size in sizes if size > 0) == 4000 and kept.numel()
        assert sum(e.name == "aten::copy_" for e in events) == 1


def test_detach_clone_order_the_gradient_is_not_copied_whichever_comes_first():
    for w in (leaf(), torch.nn.Parameter(torch.ones(1)), leaf().requires_grad_()):
        w.grad = torch.ones(1)
        for copy in copies(w):
            assert copy.grad is None
    v = leaf().clone()
    v.retain_grad()
    v.backward()
    assert v.grad is not None
    assert [copy.grad for copy in copies(v)] == [None, None]


def test_detach_clone_order_a_trainable_copy_needs_detach_where_recorded():
    """Under no_grad clone().requires_grad_() is a leaf too."""
    for w in (leaf(), leaf() * 2):
        s = w.detach().clone().requires_grad_()
        v = w.clone().requires_grad_()
        assert s.is_leaf and not v.is_leaf
        (3 * s).backward()
        assert torch.autograd.grad(3 * v, w)[0].item() == 3.0
        assert s.grad.item() == 3.0
    with torch.no_grad():
        assert leaf().clone().requires_grad_().is_leaf


def test_detach_clone_order_flow_needs_requires_grad_and_recording():
    assert leaf().clone().requires_grad
    assert not torch.ones(1).clone().requires_grad
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            assert not leaf().clone().requires_grad
