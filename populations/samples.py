"""What the programs of this folder share: torch's own samples, and questions to them.

torch tests itself with lists of all its operations, modules and optimizers,
each with inputs that it takes (`torch.testing._internal`). A program of this
folder asks one question of all that is in such a list, and prints a row for
each, as JSON, one on a line.

What a sample shows has been seen. What it does not show may still be.
"""

from __future__ import annotations

import json
import random
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_leaves, tree_map

MODIFIED = "modified by an inplace operation"
SEED = 0
# The usual one asks every kind of device, and takes half of all the time here.
torch.manual_seed = torch.default_generator.manual_seed
Row = dict[str, Any]


def seed() -> None:
    """Begin the same chance again."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    np.random.seed(SEED)


def print_rows(
    population: Iterable[Any], row: Callable[[int], Row | list[Row]]
) -> None:
    """Print the rows of each member, by its number, sorted by name and variant.

    Two processes share the work. Each row begins with the same chance.
    """
    with ProcessPoolExecutor(2, get_context("fork"), _begin) as pool:
        found = list(pool.map(row, range(len(list(population))), chunksize=4))
    rows = [
        one for some in found for one in (some if isinstance(some, list) else [some])
    ]
    for one in sorted(rows, key=lambda one: (one["name"], one.get("variant", ""))):
        print(json.dumps(one, ensure_ascii=False))


def _begin() -> None:
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)


def tensors(tree: Any) -> list[torch.Tensor]:
    """Return the tensors in nested lists and dicts."""
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def spread(found: list[Any], limit: int) -> list[Any]:
    """Return at most `limit` of a list, from its first to its last."""
    if len(found) <= limit:
        return found
    return [found[round(i * (len(found) - 1) / (limit - 1))] for i in range(limit)]


def storages(tensor: torch.Tensor) -> set[int]:
    """Return what tells the storages of a tensor from others'."""
    parts = [tensor]
    if tensor.layout == torch.sparse_coo:
        parts = [tensor._indices(), tensor._values()]
    elif tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
        parts = [tensor.crow_indices(), tensor.col_indices(), tensor.values()]
    elif tensor.layout in (torch.sparse_csc, torch.sparse_bsc):
        parts = [tensor.ccol_indices(), tensor.row_indices(), tensor.values()]
    elif tensor.layout != torch.strided:
        return set()
    return {part.untyped_storage()._cdata for part in parts if part.numel()}


def overlap(tensor: torch.Tensor, others: Iterable[torch.Tensor]) -> bool:
    """Tell whether a tensor shares storage with one of the others."""
    own = storages(tensor)
    return any(own & storages(other) for other in others)


def equal(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Tell whether two tensors hold the same values, NaN equal to NaN."""
    if a.shape != b.shape or a.dtype != b.dtype or a.layout != b.layout:
        return False
    with torch.no_grad():
        a, b = a.detach().to_dense(), b.detach().to_dense()
        if not (a.is_floating_point() or a.is_complex()):
            return torch.equal(a, b)
        return torch.equal(a, b) or bool(((a == b) | ((a != a) & (b != b))).all())


def close(a: Iterable[torch.Tensor | None], b: Iterable[torch.Tensor | None]) -> bool:
    """Tell whether gradients are the same but for rounding."""
    for x, y in zip(a, b):
        if (x is None) != (y is None):
            return False
        if x is None or y is None:
            continue
        x, y = x.to_dense(), y.to_dense()
        if x.shape != y.shape or not torch.allclose(
            x, y, rtol=1e-4, atol=1e-6, equal_nan=True
        ):
            return False
    return True


def write(tensor: torch.Tensor) -> None:
    """Write other values where autograd does not record, but counts."""
    with torch.no_grad():
        tensor.mul_(1.5).add_(0.25)


def short(error: Exception) -> str:
    """Return the first line of an error, without what differs from run to run."""
    text = (str(error).strip() or "-").splitlines()[0][:120]
    return f"{type(error).__name__}: {text}"


def word(seen: Iterable[bool]) -> str | None:
    """Put into one word how often something was seen."""
    found = list(seen)
    if not found:
        return None
    return "always" if all(found) else "sometimes" if any(found) else "never"


def counted(seen: Iterable[str]) -> str | None:
    """Return "still" where one write was not counted, "moves" where all were."""
    found = set(seen)
    return "still" if "still" in found else "moves" if "moves" in found else None


class Detector:
    """Notice tensors that change between forward and backward.

    It keeps a copy of what is saved, and compares when it is taken out. It says
    so and goes on, where readers' would raise.
    """

    def __init__(self) -> None:
        """Nothing has been saved yet."""
        self.saved: list[torch.Tensor] = []
        self.alarms = 0

    def __enter__(self) -> Detector:
        """Begin to watch."""
        self.hooks = torch.autograd.graph.saved_tensors_hooks(self.pack, self.unpack)
        self.hooks.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Watch no more what is saved; what has been is still compared."""
        self.hooks.__exit__(*error)

    def pack(self, tensor: torch.Tensor) -> Any:
        """Keep a copy."""
        self.saved.append(tensor)
        return tensor, tensor.detach().clone(), tensor._version

    def unpack(self, kept: Any) -> torch.Tensor:
        """Compare with the copy."""
        tensor, copy, version = kept
        if tensor._version != version or not equal(tensor, copy):
            self.alarms += 1
        return tensor


def layouts(tree: Any) -> Iterator[Any]:
    """Yield the same inputs, laid out in memory and flagged in other ways."""
    yield tree
    for way in (_gaps, _transposed, _conjugate, _negative):
        changed = False

        def other(leaf: Any, way: Callable[..., Any] = way) -> Any:
            nonlocal changed
            if not isinstance(leaf, torch.Tensor) or leaf.layout != torch.strided:
                return leaf
            found = way(leaf)
            if found is None:
                return leaf
            changed = True
            return found.detach().requires_grad_(leaf.requires_grad)

        tree_ = tree_map(other, tree)
        if changed:
            yield tree_


def _gaps(x: torch.Tensor) -> torch.Tensor | None:
    """Return the same values with unused memory between them."""
    if x.numel() < 2:
        return None
    with torch.no_grad():
        return torch.stack([x, x], -1)[..., 0]


def _transposed(x: torch.Tensor) -> torch.Tensor | None:
    """Return the same values with the axes in another order in memory."""
    if x.dim() < 2 or x.numel() < 2:
        return None
    with torch.no_grad():
        axes = range(x.dim() - 1, -1, -1)
        return x.permute(*axes).contiguous().permute(*axes)


def _conjugate(x: torch.Tensor) -> torch.Tensor | None:
    """Return the same values, as the conjugate of what is in memory."""
    if not x.is_complex() or not x.numel():
        return None
    with torch.no_grad():
        return x.conj().resolve_conj().conj()


def _negative(x: torch.Tensor) -> torch.Tensor | None:
    """Return the same values, as the negative of what is in memory."""
    if not x.is_floating_point() or not x.numel() or x.dtype.itemsize < 4:
        return None
    with torch.no_grad():
        return torch._neg_view(x.neg())
