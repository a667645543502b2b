"""Of every operation: what it returns, what it saves, what moves the counter.

    python populations/operations.py

prints a row for each operation of torch's list, on the CPU.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch
from samples import (
    MODIFIED,
    Detector,
    Row,
    close,
    counted,
    equal,
    layouts,
    overlap,
    print_rows,
    seed,
    short,
    spread,
    storages,
    tensors,
    word,
    write,
)
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_map

RESULT = 8  # samples a dtype, each in several layouts
GRADIENT = 4
WRITTEN = 10
LARGE = 50_000  # elements
DTYPES = (
    *(torch.float64, torch.float32, torch.bfloat16, torch.complex128),
    *(torch.int64, torch.uint8, torch.bool),
)
DIFFERENTIABLE = (torch.float64, torch.float32, torch.complex128)
DECLARED: dict[str, bool] = {}  # does a schema of that name return an alias?
for schema in torch._C._jit_get_all_schemas():
    if schema.name.startswith("aten::"):
        aliases = [r.alias_info for r in schema.returns if r.alias_info]
        name = schema.name[len("aten::") :]
        DECLARED.setdefault(name, False)
        DECLARED[name] |= any(not alias.is_write for alias in aliases)


def call_of(op: Any) -> str:
    """Return the operation as readers call it."""

    def found(where: object) -> bool:
        for part in op.name.split("."):
            where = getattr(where, part, None)
        return where is not None and not isinstance(where, torch.dtype)

    if op.name.endswith("_") and not op.name.startswith("_"):
        return f"Tensor.{op.name}"
    if found(torch):
        return f"torch.{op.name}"
    if found(torch.Tensor):
        return f"Tensor.{op.name}"
    if hasattr(torch.Tensor, f"{op.name}_"):
        return f"Tensor.{op.name}_"
    if op.name.startswith("torch."):
        return str(op.name)
    if op.name in DECLARED:
        return f"torch.ops.aten.{op.name}"
    return op.name


def some(op: Any, dtype: torch.dtype, limit: int, grad: bool = False) -> list[Any]:
    """Return samples of an operation as (input, arguments, keywords).

    Empty ones show nothing and large ones no more, so they come only where there
    are no others.
    """
    seed()
    # Not op.sample_inputs, which looks at the whole stack for each sample.
    made = islice(op.sample_inputs_func(op, "cpu", dtype, grad), 40)
    found = [(s.input, s.args, s.kwargs) for s in made]
    sizes = [[t.numel() for t in tensors(sample)] for sample in found]
    full = [sample for sample, size in zip(found, sizes) if 0 not in size]
    small = [f for f, size in zip(found, sizes) if 0 not in size and sum(size) < LARGE]
    return spread(small, limit) if small else (full or found)[:1]


def run(function: Any, sample: Any, **more: Any) -> Any:
    """Call an operation, with the same chance each time."""
    first, args, kwargs = sample
    seed()
    return function(first, *args, **kwargs, **more)


def results(op: Any, seen: Row) -> None:
    """See what is returned, and whether arguments are changed."""
    for dtype in DTYPES:
        if dtype not in op.supported_dtypes("cpu"):
            continue
        for base in some(op, dtype, RESULT):
            for sample in layouts(base):
                given = tensors(sample)
                versions = [t._version for t in given]
                copies = [t.detach().clone() for t in given]
                shapes = [t.shape for t in given]
                try:
                    returned = tensors(run(op, sample))
                except Exception as error:
                    seen["reason"].setdefault("call", short(error))
                    continue
                seen["samples"] += 1
                for t, version, copy, shape in zip(given, versions, copies, shapes):
                    if t.shape != shape or not equal(t, copy):
                        moved = t._version != version
                        seen["changes"].add("moves" if moved else "still")
                for out in returned:
                    if out.numel():
                        seen["result"].add(relation(out, given))


def relation(out: torch.Tensor, given: list[torch.Tensor]) -> str:
    """Tell what a result is to the arguments."""
    if any(out is t for t in given):
        return "input"
    for t in given:
        if storages(out) & storages(t):
            version = out._version
            torch.autograd.graph.increment_version(t)
            return "view" if out._version != version else "alias"
    return "copy"


def recorded(op: Any) -> Row:
    """See whether results require grad, with and without recording."""
    found: Row = {"requires_grad": [], "without": [], "leaf": []}
    for dtype in DIFFERENTIABLE:
        if dtype not in op.supported_dtypes("cpu"):
            continue
        try:
            samples = some(op, dtype, GRADIENT, grad=True)
        except Exception:
            continue
        for sample in samples:
            trial = Trial(op, sample, leaf=False)
            for grad in (True, False):
                try:
                    with torch.set_grad_enabled(grad):
                        trial.forward()
                except Exception:
                    continue
                if not trial.leaves:
                    continue
                for out in trial.outs:
                    if not (out.is_floating_point() or out.is_complex()):
                        continue
                    if not grad:
                        given = any(out is t for t in trial.given)
                        found["without"].append(out.requires_grad and not given)
                        continue
                    found["requires_grad"].append(out.requires_grad)
                    if out.requires_grad:
                        found["leaf"].append(out.is_leaf)
    return {
        "result_requires_grad": word(found["requires_grad"]),
        "requires_grad_under_no_grad": word(found["without"]),
        "result_is_leaf": word(found["leaf"]),
    }


def in_place(op: Any) -> Iterator[str]:
    """Yield whether the in-place variants moved the counter, where values changed."""
    for variant in {op.inplace_variant, op.inplace_operator_variant} - {None}:
        for dtype in DTYPES:
            if dtype not in op.supported_dtypes("cpu"):
                continue
            for base in some(op, dtype, GRADIENT):
                for first, args, kwargs in islice(layouts(base), 3):
                    if not isinstance(first, torch.Tensor):
                        continue
                    x = (
                        torch.empty_strided(
                            first.shape, first.stride(), dtype=first.dtype
                        )
                        if first.layout == torch.strided
                        else first.clone()
                    )
                    x.copy_(first)
                    copy, version = x.clone(), x._version
                    try:
                        run(variant, (x, args, kwargs))
                    except Exception:
                        continue
                    if not equal(x, copy):
                        yield "moves" if x._version != version else "still"


def out_argument(op: Any) -> Iterator[str]:
    """Yield whether `out=` moved the counter of what it wrote to, or did not write."""
    if not op.supports_out:
        return
    for dtype in DTYPES:
        if dtype not in op.supported_dtypes("cpu"):
            continue
        for sample in some(op, dtype, WRITTEN):
            for kind in ("same", "gaps", "empty"):
                try:
                    expected = run(op, sample)
                    single = isinstance(expected, torch.Tensor)
                    outs = [target(t, kind) for t in tensors(expected)]
                    copies = [t.clone() for t in outs]
                    versions = [t._version for t in outs]
                    run(op, sample, out=outs[0] if single else tuple(outs))
                except Exception:
                    continue
                wanted = tensors(expected)
                for t, copy, version, value in zip(outs, copies, versions, wanted):
                    if not equal(t, copy):
                        yield "moves" if t._version != version else "still"
                    elif value.numel() and "empty" not in op.name:
                        yield "unwritten"


def target(expected: torch.Tensor, kind: str) -> torch.Tensor:
    """Return a tensor to write a result to, with other values."""
    if kind == "empty":
        return expected.new_empty(0)
    other = expected == 0
    if kind == "gaps":
        return torch.stack([other, other], -1).to(expected.dtype)[..., 0]
    return other.to(expected.dtype)


class Trial:
    """One sample on its way through forward and backward, again and again."""

    def __init__(self, op: Any, sample: Any, leaf: bool) -> None:
        """Nothing has been called yet."""
        self.op, self.sample, self.leaf = op, sample, leaf
        self.picks: list[int] | None = None

    def forward(self) -> None:
        """Call the operation on tensors that are no leaves, or on leaves."""
        self.leaves: list[torch.Tensor] = []
        self.first: list[torch.Tensor] = []  # tensors of the first argument
        self.others: list[torch.Tensor] = []  # tensors of other arguments
        into = self.first

        def fresh(value: Any) -> Any:
            if not isinstance(value, torch.Tensor):
                return value
            if not value.requires_grad:
                return value.clone() if value.layout == torch.strided else value
            leaf = value.detach().requires_grad_()
            if value.layout != torch.strided:
                self.leaves.append(leaf)
                return leaf
            with torch.no_grad():
                strides = value.stride()
                dense = torch.empty_strided(value.shape, strides, dtype=value.dtype)
                leaf = dense.copy_(value)
            leaf.requires_grad_()
            self.leaves.append(leaf)
            given = leaf if self.leaf else leaf.view_as(leaf)
            into.append(given)
            return given

        first = tree_map(fresh, self.sample[0])
        into = self.others
        args, kwargs = tree_map(fresh, self.sample[1:])
        self.given = tensors((first, args, kwargs))
        self.outs = [
            t for t in tensors(run(self.op, (first, args, kwargs))) if t.numel()
        ]
        self.grads = [t for t in self.outs if t.requires_grad]

    def backward(self) -> list[torch.Tensor | None]:
        """Return the gradients, for ones and for chance as what comes in."""
        outs = self.grads if self.picks is None else [self.grads[i] for i in self.picks]
        found: list[torch.Tensor | None] = []
        torch.manual_seed(1)
        for kind in (torch.ones_like, torch.randn_like):
            found += torch.autograd.grad(
                outs,
                self.leaves,
                [kind(t) for t in outs],
                retain_graph=kind is torch.ones_like,
                allow_unused=True,
            )
        return found


def right(trial: Trial) -> list[torch.Tensor | None]:
    """Return the gradients of an undisturbed run.

    Some results can be differentiated only without some others.
    """
    trial.forward()
    if not trial.leaves or not trial.grads:
        raise LookupError("no result requires grad")
    try:
        return trial.backward()
    except RuntimeError:
        if len(trial.grads) == 1:
            raise
    picks = []
    for i in range(len(trial.grads)):
        trial.picks = [i]
        trial.forward()
        try:
            trial.backward()
        except RuntimeError:
            continue
        picks.append(i)
    trial.picks = picks
    trial.forward()
    return trial.backward()


def gradients(op: Any, seen: Row) -> None:
    """See what is saved, and what comes of writes between forward and backward."""
    for dtype in DIFFERENTIABLE:
        if dtype not in op.supported_backward_dtypes("cpu"):
            continue
        few = GRADIENT if dtype == torch.float64 else 2
        for number, base in enumerate(some(op, dtype, few, grad=True)):
            for layout, sample in enumerate(layouts(base)):
                if layout and (number > 1 or layout > 2 or dtype != torch.float64):
                    break
                trial = Trial(op, sample, leaf=number % 2 == 1)
                try:
                    disturbed(trial, right(trial), seen)
                except LookupError:
                    continue
                except Exception as error:
                    seen["reason"].setdefault("gradient", short(error))


def disturbed(trial: Trial, expected: list[torch.Tensor | None], seen: Row) -> None:
    """Write to each argument and result in turn, and see what backward does."""
    with Detector() as detector:
        trial.forward()
    given, outs, saved = trial.given, trial.outs, detector.saved
    hooks = {
        "first": [overlap(t, saved) for t in trial.first],
        "others": [overlap(t, saved) for t in trial.others],
        "outs": [overlap(t, saved) for t in outs],
    }
    again = trial.backward()
    if not close(expected, again):
        seen["reason"].setdefault("gradient", "differs from run to run")
        return
    seen["gradients"] += 1
    # Whether, not how often: some noise is memory that nobody has written to.
    seen["detector"]["false_alarms"] |= bool(detector.alarms)
    seen["saves_other"] |= any(
        t.numel() > 1 and not overlap(t, [*given, *outs]) for t in saved
    )
    for where in ("first", "others", "outs"):
        noticed = []
        for number in range(len(hooks[where])):
            trial.forward()
            there = getattr(trial, where)[number]
            if not there.numel():
                continue
            shared = where == "outs" and overlap(there, trial.given)
            came = counted_write(trial, there, expected)
            # Several views that one call returns may not be differentiated after
            # a write to their base, be anything saved or not.
            seen["write", where].add("raises" if came == "refuses" else came)
            noticed.append(came == "raises")
            if came in ("right", "wrong") and hooks[where][number]:
                seen["disagree"].add(where)
            if came == "raises" and not hooks[where][number] and not shared:
                seen["disagree"].add(where)
            uncounted_write(trial, where, number, expected, seen["detector"])
        if noticed:
            seen["saves", where].append(any(noticed))


def counted_write(
    trial: Trial, there: torch.Tensor, expected: list[torch.Tensor | None]
) -> str:
    """Write under no_grad; return what backward makes of it."""
    try:
        write(there)
    except RuntimeError:
        return "refused"
    try:
        got = trial.backward()
    except RuntimeError as error:
        return "raises" if MODIFIED in str(error) else "refuses"
    return "right" if close(expected, got) else "wrong"


def uncounted_write(
    trial: Trial,
    where: str,
    number: int,
    expected: list[torch.Tensor | None],
    found: dict[str, int],
) -> None:
    """Write through `.data` under a detector; count what it catches."""
    with Detector() as detector:
        trial.forward()
    try:
        write(getattr(trial, where)[number].data)
        got = trial.backward()
    except RuntimeError:
        return
    if not close(expected, got):
        found["wrong"] += 1
        found["caught"] += bool(detector.alarms)


def row(number: int) -> Row:
    """Return the row of one operation."""
    op = op_db[number]
    seen: Row = {
        "samples": 0,
        "gradients": 0,
        "result": set(),
        "changes": set(),
        "reason": {},
        "saves_other": False,
        "disagree": set(),
        "detector": Counter(wrong=0, caught=0, false_alarms=0),
        **{("write", where): set() for where in ("first", "others", "outs")},
        **{("saves", where): [] for where in ("first", "others", "outs")},
    }
    name = op.name + (f".{op.variant_test_name}" if op.variant_test_name else "")
    results(op, seen)
    inplace, outs = counted(in_place(op)), set(out_argument(op))
    if op.supports_autograd:
        gradients(op, seen)
    reason = None
    if not seen["samples"]:
        reason = seen["reason"].get("call", "no sample")
    elif not seen["gradients"]:
        why = "not differentiable" if not op.supports_autograd else "no gradient"
        reason = seen["reason"].get("gradient", why)
    row = {
        "name": name,
        "call": call_of(op),
        "samples": seen["samples"],
        "gradients": seen["gradients"],
        "result": sorted(seen["result"]),
        "declared": DECLARED.get((op.aten_name or op.name).split(".")[-1]),
        "saves_input": word(seen["saves", "first"]),
        "saves_arguments": word(seen["saves", "others"]),
        "saves_output": word(seen["saves", "outs"]),
        "saves_other": seen["saves_other"] if seen["gradients"] else None,
        "saved_by_hooks_agrees": not seen["disagree"] if seen["gradients"] else None,
        "write_input": sorted(seen["write", "first"]),
        "write_arguments": sorted(seen["write", "others"]),
        "write_output": sorted(seen["write", "outs"]),
        **recorded(op),
        "inplace": inplace,
        "out": counted(outs),
        "out_unwritten": "unwritten" in outs,
        "changes_arguments": counted(seen["changes"]),
        "detector": dict(seen["detector"]),
        "reason": reason,
    }
    if seen["disagree"]:
        row["disagrees_on"] = sorted(seen["disagree"])
    return row


if __name__ == "__main__":
    print_rows(op_db, row)
