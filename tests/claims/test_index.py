"""What the home page shows at once, before any page explains it."""

import codeop
import weakref

import pytest
import torch

from tests.claims.tensors import leaf
from tests.conftest import ROOT

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


def expanded():
    return torch.ones(1).expand(3)


SYMPTOMS = {
    "leaf": (lambda: leaf().add_(1), RuntimeError, "leaf Variable that requires grad"),
    "part": (lambda: leaf()[:1].add_(1), RuntimeError, "leaf Variable that requires g"),
    "expanded": (lambda: expanded().add_(1), RuntimeError, "more than one element"),
    "grad": (lambda: leaf().numpy(), RuntimeError, "Tensor that requires grad"),
    "device": (
        lambda: torch.ones(1, device="meta").numpy(),
        TypeError,
        "device type tensor",
    ),
    "bfloat16": (
        lambda: torch.ones(1, dtype=torch.bfloat16).numpy(),
        TypeError,
        "unsupported ScalarType",
    ),
    "float8": (
        lambda: torch.ones(1).to(torch.float8_e5m2).numpy(),
        TypeError,
        "unsupported ScalarType",
    ),
}


@pytest.mark.parametrize("symptom", SYMPTOMS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_index_a_symptom_is_told_by_a_piece_of_its_message(symptom, language):
    """The class is not enough: numpy() raises the same two for other reasons."""
    call, kind, message = SYMPTOMS[symptom]
    with pytest.raises(kind, match=message):
        call()
    page = (ROOT / f"docs/{language}/index.md").read_text(encoding="utf-8")
    assert f"{kind.__name__}`" in page and f"`{message}" in page


@pytest.mark.parametrize(
    "tensor",
    [
        torch.eye(2).to_sparse(),
        torch.ones(1, dtype=torch.complex64).conj(),
        torch.ones(1, dtype=torch.complex64).conj().imag,
    ],
)
def test_index_numpy_raises_for_reasons_that_the_home_page_does_not_name(tensor):
    named = {message for _, _, message in SYMPTOMS.values()}
    with pytest.raises((RuntimeError, TypeError)) as raised:
        tensor.numpy()
    assert not [message for message in named if message in str(raised.value)]


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda w: torch.optim.SGD([w], 0.1, momentum=0.9, weight_decay=0.1),
        lambda w: torch.optim.SGD([w], 0.1, fused=True),
        lambda w: torch.optim.Adam([w]),
        lambda w: torch.optim.AdamW([w], weight_decay=0.1),
        lambda w: torch.optim.RMSprop([w], momentum=0.9),
    ],
)
def test_index_leaving_out_a_parameter_takes_both_the_flag_and_its_gradient(optimizer):
    for left_over in (True, False):
        w = torch.nn.Parameter(torch.ones(2))
        step = optimizer(w).step
        (w * w).sum().backward()
        step()
        w.requires_grad_(False)
        if not left_over:
            w.grad = None
        before = w.clone()
        step()
        assert torch.equal(w, before) is not left_over


def test_index_a_graph_that_has_saved_nothing_serves_again():
    y = (leaf(2.0) + 1).sum()
    y.backward()
    y.backward()
    y = (leaf(2.0) ** 2).sum()
    y.backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        y.backward()


def refused_at_a_prompt(source: str) -> bool:
    held = ""
    for line in [*source.splitlines(), ""]:
        held += line + "\n"
        try:
            whole = codeop.compile_command(held, symbol="single")
        except SyntaxError:
            return True
        held = "" if whole else held
    return False


def test_index_the_programs_are_for_files_and_not_for_a_prompt():
    """Line by line, Python before 3.13 wants an empty line after a block."""
    sources = [p.read_text(encoding="utf-8") for p in ROOT.glob("snippets/*/*.py")]
    assert all(compile(source, "saved", "exec") for source in sources)
    assert any(map(refused_at_a_prompt, sources))
