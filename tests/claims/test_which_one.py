"""What the chooser says, of sources that the matrix does not probe."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sitebuild.fences.chooser import wishes
from sitebuild.fences.matrix import others
from sitebuild.fences.matrix.table import of_run
from tests.claims.tensors import KINDS, Subclass, elsewhere
from tests.engine.fences.second_way import function

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture(scope="module")
def matrix(run):
    return of_run(run)[0]


def test_which_one_not_possible_is_so_of_all_operations(matrix):
    """Not of the candidates alone."""
    refused = [answer.wish for answer in wishes.answers(matrix) if not answer.calls]
    assert len(refused) >= 10
    for wish in refused:
        assert not [o for o in matrix.operations if wishes.grants(matrix, o, wish)]


def does(matrix, call) -> int:
    """Nothing, a new object, or a copy."""
    facts = matrix.of(call)[0].facts
    return 0 if facts["same_object"] else 1 if facts["shares_storage"] else 2


def test_which_one_what_does_the_least_comes_first_but_for_a_new_leaf(matrix):
    leaves = 0
    for answer in wishes.answers(matrix):
        steps = [does(matrix, call) for call in answer.calls]
        if answer.wish.train == "leaf" and answer.wish.memory == "either":
            leaves += len(set(steps)) > 1 and steps[0] == 2
        else:
            assert steps == sorted(steps), answer.wish
    assert leaves > 0


@pytest.mark.parametrize("id_", wishes.CHEAT_SHEET)
def test_cheat_sheet_says_which_calls_raise_on_another_device(matrix, id_):
    (one,) = (o for o in matrix.operations if o.id == id_)
    told = {o.other: o.told for o in others(matrix.of(one))}
    raised = matrix.elsewhere[id_]["exception"] or ""
    assert told.get("elsewhere", "").startswith(raised[:9])
    if id_ == "numpy":
        assert raised.startswith("TypeError: can't convert lazy:0 device type")
    if id_ == "view":
        assert told["transposed"].startswith("RuntimeError: view size")


def test_cheat_sheet_a_leaf_that_is_copied_gives_no_leaf():
    w = torch.ones(2, requires_grad=True)
    assert w.cpu() is w and w.to(torch.float32) is w
    assert not w.to(torch.float64).is_leaf
    assert not w.to("cpu", copy=True).is_leaf
    assert not w.to("meta").is_leaf
    told = elsewhere("print(w.cpu().is_leaf, w.to('cpu').is_leaf)")
    assert told == ["False False"]


def inference():
    with torch.inference_mode():
        return torch.ones(2, 3)


def part(x, take):
    """A view of a tensor that is no leaf."""
    return take(x.requires_grad_() * 1)


COMPLEX = torch.complex64
OTHERS = {
    "0-dim": lambda: torch.tensor(2.0, requires_grad=True),
    "one element": lambda: torch.ones(1, requires_grad=True),
    "empty": lambda: torch.empty(0, 3, requires_grad=True),
    "parameter": lambda: torch.nn.Parameter(torch.ones(2, 3)),
    "slice": lambda: part(torch.rand(3, 4), lambda x: x[:, ::2]),
    "expanded": lambda: part(torch.rand(3), lambda x: x.expand(2, 3)),
    "channels_last": lambda: torch.ones(2, 3, 4, 4).to(
        memory_format=torch.channels_last
    ),
    "float64": lambda: torch.ones(2, 3, dtype=torch.float64, requires_grad=True),
    "complex": lambda: torch.ones(2, 3, dtype=COMPLEX, requires_grad=True),
    "integer": lambda: torch.arange(6).reshape(2, 3),
    "bool": lambda: torch.ones(2, 3, dtype=torch.bool),
    "bfloat16": lambda: torch.ones(2, 3, dtype=torch.bfloat16, requires_grad=True),
    "conjugate": lambda: part(torch.ones(2, 3, dtype=COMPLEX), torch.conj),
    "negated": lambda: part(torch.ones(2, 3, dtype=COMPLEX), lambda x: x.conj().imag),
    "sparse": lambda: torch.eye(3).to_sparse().requires_grad_(),
    "inference": inference,
    "uint16": KINDS["uint16"],
    "float8": KINDS["float8"],
    "subclass": lambda: torch.ones(2, 3).as_subclass(Subclass),
    "sparse CSR": KINDS["sparse CSR"],
    "jagged": KINDS["jagged"],
    "quantized": KINDS["quantized"],
}
LAYOUTS = {"sparse", "sparse CSR", "jagged"}
# Which of them a call cannot take, by what it gives.
REFUSED = {
    "array": {"bfloat16", "float8", "conjugate", "negated", "quantized", *LAYOUTS},
    "leaf": {"integer", "bool", "uint16", "inference", "quantized"},
    "as-is": {"subclass", *LAYOUTS},
}


def shares(y, x):
    """Whether two have memory in common; None where it cannot be asked."""
    if y is x:
        return True
    if x.layout != torch.strided or x.numel() == 0:
        return None
    y = torch.from_numpy(y) if isinstance(y, np.ndarray) else y
    return y.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


def flows(y, x):
    """Whether a gradient arrives."""
    if not y.requires_grad:
        return False
    used = (y * 1).abs().sum()
    return torch.autograd.grad(used, x, allow_unused=True)[0] is not None


@pytest.mark.parametrize("other", OTHERS)
def test_which_one_other_sources_keep_memory_and_gradient_or_raise(matrix, other):
    refused = set()
    for wish, answer in ((a.wish, a) for a in wishes.answers(matrix)):
        if wish.get == "number":
            continue
        for call in answer.calls:
            x = OTHERS[other]()
            try:
                y = function(call)(x)
            except (RuntimeError, TypeError):
                refused.add("array" if wish.get == "array" else wish.train or "as-is")
                continue
            if wish.memory != "either":
                assert shares(y, x) in (None, wish.memory == "shared"), call.id
            if wish.get == "tensor" and x.requires_grad and x.layout == torch.strided:
                assert flows(y, x) == (wish.gradient == "flow"), call.id
            if wish.train == "leaf":
                assert y.requires_grad and y.is_leaf, call.id
            if wish.train == "as-is":
                assert not y.requires_grad, call.id
    assert refused == {kind for kind, some in REFUSED.items() if other in some}


def test_which_one_what_has_gaps_or_overlaps_does_not_keep_its_strides():
    for other in ("slice", "expanded"):
        x = OTHERS[other]()
        assert x.clone().stride() != x.stride()
        assert x.detach().clone().stride() != x.stride()
    x = OTHERS["channels_last"]()
    assert x.clone().stride() == x.stride()
