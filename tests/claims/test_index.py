"""What the home page shows at once, before any page explains it."""

import weakref

import pytest
import torch

SOURCES = {
    "leaf": lambda: torch.tensor([1.0], requires_grad=True),
    "non-leaf": lambda: torch.tensor([1.0], requires_grad=True) * 1,
    "float64": lambda: torch.ones(1, dtype=torch.float64, requires_grad=True),
    "complex": lambda: torch.ones(1, dtype=torch.complex64, requires_grad=True),
    "parameter": lambda: torch.nn.Parameter(torch.ones(1)),
    "view": lambda: (torch.ones(3, requires_grad=True) * 1)[1:2],
}


@pytest.mark.parametrize("source", SOURCES)
def test_index_four_calls_take_the_four_corners(output, source):
    """Sharing memory and passing the gradient on are independent of each other."""
    corners = {}
    for line in output("index/four_corners").splitlines():
        call, shares, flows = line.split("  ", 1)[0], "shares = True", "flows = True"
        corners[call] = (shares in line, flows in line)
        w = SOURCES[source]()
        result = eval(call, {"w": w})
        assert result.requires_grad is corners[call][1]
        if result.requires_grad:
            [gradient] = torch.autograd.grad(result, w, torch.ones_like(result))
            assert gradient.tolist() == [1]
        for there, here in ((w, result), (result, w)):
            with torch.no_grad():
                there[0] = here.item() + 6
            assert (there.item() == here.item()) is corners[call][0]
    assert len(set(corners.values())) == len(corners) == 4


def test_index_a_write_is_seen_where_memory_is_shared(output):
    a, b = output("index/writes_tell").splitlines()
    assert a == "a = tensor([7., 2.])"
    assert b == "b = tensor([1., 2.])"


COPIED = {
    **SOURCES,
    "0-dim": lambda: torch.tensor(1.0, requires_grad=True),
    "empty": lambda: torch.empty(0, requires_grad=True),
    "integer": lambda: torch.arange(3),
    "expanded": lambda: torch.ones(1, requires_grad=True).expand(3),
    "slice": lambda: torch.rand(4, requires_grad=True)[::2],
    "conjugate": lambda: torch.ones(2, dtype=torch.complex64).conj(),
    "sparse": lambda: torch.eye(2).to_sparse().requires_grad_(),
    "no grad": lambda: torch.ones(2),
}


@pytest.mark.parametrize("source", COPIED)
def test_index_either_order_gives_an_independent_tensor(source):
    x = COPIED[source]()
    one, other = x.detach().clone(), x.clone().detach()
    dense = [t.to_dense() if t.layout == torch.sparse_coo else t for t in (one, other)]
    assert torch.equal(*dense)
    for copy in (one, other):
        assert not copy.requires_grad and copy.is_leaf and copy.grad_fn is None
        if x.layout == torch.strided and x.numel():
            there = copy.untyped_storage().data_ptr()
            assert there != x.untyped_storage().data_ptr()
    assert x.layout != torch.strided or one.stride() == other.stride()


def test_index_a_graph_lives_as_long_as_a_result_that_leads_to_it():
    """Held by a result, by a view of it, in a list; freed with the last of them."""

    class Saved:
        def __init__(self, value):
            self.value = value

    for keep in (lambda y: y, lambda y: y[:1], lambda y: [y.sum()], lambda y: y + 1):
        x = torch.ones(2, requires_grad=True)
        saved = []

        def pack(value, saved=saved):
            held = Saved(value)
            saved.append(weakref.ref(held))
            return held

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda held: held.value):
            y = x * x
        held = keep(y)
        del y
        assert saved[0]() is not None
        del held
        assert saved[0]() is None
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda held: held.value):
        y = x * x
    y = y.detach()  # or total += y.item(): nothing that leads to the graph
    assert saved[-1]() is None
