"""Of every module: what it saves, as it is and frozen, and what it writes to.

    python populations/modules.py

prints a row for each module of torch's list, and for those in `torch.nn` that it
lacks, on the CPU.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from samples import (
    MODIFIED,
    Detector,
    Row,
    counted,
    equal,
    print_rows,
    seed,
    short,
    storages,
    tensors,
    word,
    write,
)
from torch.testing._internal.common_modules import (
    FunctionInput,
    ModuleInput,
    module_db,
)
from torch.utils._pytree import tree_map

SAMPLES = 10
# Readers' usual type; the other is named where it differs.
DTYPES = (torch.float32, torch.float64)
STATES = {  # training, frozen
    "learning": (True, False),
    "frozen": (True, True),
    "eval": (False, False),
    "eval_frozen": (False, True),
}


# Modules that torch's list lacks, or has without an argument that is named behind
# the point: what makes one, and the sizes of its input, or its numbers.
LACKING: dict[str, tuple[tuple[Any, ...], list[Any]]] = {
    "AdaptiveLogSoftmaxWithLoss": ((4, 5, [2]), [(3, 4), [0, 2, 4]]),
    "AlphaDropout": ((), [(3, 4)]),
    "ChannelShuffle": ((2,), [(1, 4, 3, 3)]),
    "CosineSimilarity": ((), [(3, 4), (3, 4)]),
    "CrossMapLRN2d": ((2,), [(1, 4, 3, 3)]),
    "Dropout": ((), [(3, 4)]),
    "Dropout1d": ((), [(2, 4, 3)]),
    "Dropout2d": ((), [(2, 4, 3, 3)]),
    "Dropout3d": ((), [(2, 4, 3, 3, 3)]),
    "Dropout.inplace": ((0.5, True), [(3, 4)]),
    "Embedding.max_norm": ((5, 3, None, 0.1), [[0, 2]]),
    "EmbeddingBag": ((5, 3), [[[0, 2], [4, 1]]]),
    "FeatureAlphaDropout": ((), [(2, 4, 3, 3)]),
    "Flatten": ((), [(2, 3, 4)]),
    "Fold": (((4, 5), (2, 2)), [(1, 12, 12)]),
    "Hardsigmoid": ((), [(3, 4)]),
    "Identity": ((), [(3, 4)]),
    "LazyBatchNorm1d": ((), [(3, 4)]),
    "LazyBatchNorm2d": ((), [(3, 4, 2, 2)]),
    "LazyBatchNorm3d": ((), [(3, 4, 2, 2, 2)]),
    "LazyInstanceNorm1d": ((1e-5, 0.1, True, True), [(3, 4, 5)]),
    "LazyInstanceNorm2d": ((1e-5, 0.1, True, True), [(3, 4, 2, 2)]),
    "LazyInstanceNorm3d": ((1e-5, 0.1, True, True), [(3, 4, 2, 2, 2)]),
    "LazyLinear": ((3,), [(2, 4)]),
    "MaxUnpool1d": ((2,), [(1, 1, 2), [[[0, 3]]]]),
    "MaxUnpool2d": ((2,), [(1, 1, 1, 2), [[[[0, 3]]]]]),
    "MaxUnpool3d": ((2,), [(1, 1, 1, 1, 2), [[[[[0, 3]]]]]]),
    "NLLLoss2d": ((), [(1, 3, 2, 2), [[[0, 2], [1, 0]]]]),
    "PairwiseDistance": ((), [(3, 4), (3, 4)]),
    "PixelShuffle": ((2,), [(1, 4, 3, 3)]),
    "PixelUnshuffle": ((2,), [(1, 1, 4, 4)]),
    "RReLU": ((), [(3, 4)]),
    "ReLU.inplace": ((True,), [(3, 4)]),
    "Sequential": ((torch.nn.Linear(4, 2),), [(3, 4)]),
    "SyncBatchNorm": ((4,), [(3, 4, 2, 2)]),
    "TransformerDecoder": (
        (torch.nn.TransformerDecoderLayer(4, 2, 8, batch_first=True), 2),
        [(2, 3, 4), (2, 3, 4)],
    ),
    "TripletMarginLoss": ((), [(3, 4), (3, 4), (3, 4)]),
    "TripletMarginWithDistanceLoss": ((), [(3, 4), (3, 4), (3, 4)]),
    "Unflatten": ((1, (2, 2)), [(3, 4)]),
    "Unfold": (((2, 2),), [(1, 1, 4, 4)]),
    "Upsample": ((None, 2), [(1, 2, 3)]),
    "UpsamplingBilinear2d": ((None, 2), [(1, 2, 3, 3)]),
    "UpsamplingNearest2d": ((None, 2), [(1, 2, 3, 3)]),
}


class Lacking:
    """A module that torch's list lacks, as its list would have it."""

    def __init__(self, name: str) -> None:
        """Take the class of this name."""
        self.name = f"nn.{name}"
        self.module_cls = getattr(torch.nn, name.partition(".")[0])
        self.is_lazy = name.startswith("Lazy")
        self.given = LACKING.get(name)

    def module_inputs_func(
        self, *_: Any, dtype: torch.dtype, **__: Any
    ) -> list[ModuleInput]:
        """Return a sample; raise where there is none."""
        if self.given is None:
            raise LookupError("made to hold others, or to be derived from")
        arguments, sizes = self.given
        inputs = [
            torch.randn(size, dtype=dtype).requires_grad_()
            if isinstance(size, tuple)
            else torch.tensor(size)
            for size in sizes
        ]
        made = FunctionInput(*copy.deepcopy(arguments))
        return [ModuleInput(made, FunctionInput(*inputs))]


def population() -> list[Any]:
    """Return torch's list, and what it lacks of the modules in `torch.nn`."""
    listed = {info.name for info in module_db}
    lacking = [
        Lacking(name)
        for name, found in sorted(vars(torch.nn).items())
        if isinstance(found, type)
        and issubclass(found, torch.nn.Module)
        and f"nn.{name}" not in listed
    ]
    more = [Lacking(name) for name in LACKING if "." in name]
    return [*module_db, *lacking, *more]


POPULATION = population()


def row(number: int) -> Row:
    """Return the row of one module."""
    info = POPULATION[number]
    seen: Row = {
        "samples": 0,
        "buffers": set(),
        "parameters": set(),
        "input": set(),
        "bytes": {},
        "reasons": [],
    }
    saved = {}
    for dtype in DTYPES:
        for state, (training, frozen) in STATES.items():
            saved[dtype, state] = word(of(info, dtype, training, frozen, state, seen))
    usual, other = DTYPES
    found = {state: saved[usual, state] for state in STATES}
    differing = {s: saved[other, s] for s in STATES if saved[other, s] != found[s]}
    reason = None
    if found["learning"] is None:
        reason = (seen["reasons"] or ["no sample"])[0]
    return {
        "name": info.name,
        "samples": seen["samples"],
        **found,
        "float64": differing or None,
        "statistics": counted(seen["buffers"]),
        "changes_parameters": counted(seen["parameters"]),
        "changes_input": counted(seen["input"]),
        "bytes_learning": seen["bytes"].get("learning"),
        "bytes_frozen": seen["bytes"].get("frozen"),
        "reason": reason,
    }


def of(
    info: Any, dtype: torch.dtype, training: bool, frozen: bool, state: str, seen: Row
) -> list[bool]:
    """Return, for each sample, whether the input was saved."""
    seed()
    try:
        given = info.module_inputs_func(
            info, device="cpu", dtype=dtype, requires_grad=True, training=training
        )
        inputs = [s for s in given if full(s)][:SAMPLES]
    except Exception as error:
        seen["reasons"].append(short(error))
        return []
    found = []
    for sample in inputs:
        try:
            module = (
                make(info, sample, dtype).train(training).requires_grad_(not frozen)
            )
            observe(module, sample, seen)
            saved = saves(module, sample)
        except Exception as error:
            seen["reasons"].append(short(error))
            continue
        seen["samples"] += 1
        if saved is None:
            seen["reasons"].append("no gradient to its input")
            continue
        found.append(saved)
        if dtype == DTYPES[0] and state not in seen["bytes"]:
            seen["bytes"][state] = size(module, sample)
    return found


def full(sample: Any) -> bool:
    """Tell whether no input is empty: that would show nothing."""
    given = sample.forward_input
    return all(t.numel() for t in tensors((given.args, given.kwargs)))


def make(info: Any, sample: Any, dtype: torch.dtype) -> Any:
    """Return a module, its parameters in place."""
    seed()
    given = sample.constructor_input
    module = info.module_cls(*given.args, **given.kwargs).to(dtype)
    if info.is_lazy:
        module(*sample.forward_input.args, **sample.forward_input.kwargs)
    return module


def forward(module: Any, sample: Any, leaf: bool = False) -> tuple[Any, ...]:
    """Call a module on tensors that are no leaves; return those, and the results."""
    leaves, given = [], []

    def fresh(value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return value
        if not value.requires_grad:
            return value.detach().clone()
        leaves.append(value.detach().clone().requires_grad_())
        given.append(leaves[-1].clone())
        return given[-1]

    seed()
    args, kwargs = tree_map(
        fresh, (sample.forward_input.args, sample.forward_input.kwargs)
    )
    outs = [t for t in tensors(module(*args, **kwargs)) if t.requires_grad]
    return leaves, given, outs


def saves(module: Any, sample: Any) -> bool | None:
    """Write to the first input before backward; tell whether that raises."""
    leaves, given, outs = forward(module, sample)
    if not leaves or not outs:
        return None
    wanted = [*leaves, *(p for p in module.parameters() if p.requires_grad)]
    write(given[0])
    try:
        found = torch.autograd.grad(
            outs, wanted, [torch.ones_like(t) for t in outs], allow_unused=True
        )
    except RuntimeError as error:
        if MODIFIED not in str(error):
            raise
        return True
    return None if found[0] is None else False


def observe(module: Any, sample: Any, seen: Row) -> None:
    """See what a call writes to."""

    def fresh(value: Any) -> Any:
        return value.detach().clone() if isinstance(value, torch.Tensor) else value

    given = tree_map(fresh, (sample.forward_input.args, sample.forward_input.kwargs))
    places = {
        "buffers": list(module.buffers()),
        "parameters": list(module.parameters()),
        "input": tensors(given),
    }
    before = {
        kind: [(t.detach().clone(), t._version) for t in found]
        for kind, found in places.items()
    }
    with torch.no_grad():
        seed()
        module(*given[0], **given[1])
    for kind, found in places.items():
        for t, (values, version) in zip(found, before[kind]):
            if not equal(t.detach(), values):
                seen[kind].add("moves" if t._version != version else "still")


def size(module: Any, sample: Any) -> int:
    """Return the bytes of what is saved, parameters and buffers apart."""
    with Detector() as detector:
        forward(module, sample)
    own = set().union(*map(storages, [*module.parameters(), *module.buffers()]))
    sizes: dict[int, int] = {}
    for tensor in detector.saved:
        for storage in storages(tensor) - own:
            sizes[storage] = tensor.untyped_storage().nbytes()
    return sum(sizes.values())


if __name__ == "__main__":
    print_rows(POPULATION, row)
