"""What the chooser says, of sources that the matrix does not probe."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sitebuild.fences.chooser import wishes
from sitebuild.fences.matrix.table import of_run
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
}
# Which of them a call cannot take, by what it gives.
REFUSED = {
    "array": {"bfloat16", "conjugate", "negated", "sparse"},
    "leaf": {"integer", "bool", "inference"},
    "as-is": {"sparse"},
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
        if wish.gpu == "maybe" or wish.get == "number":
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
