"""The behaviour matrix as data: what the probes printed, and what follows from it.

What stands in a cell comes from a probe, and what it is called (its family,
its traps) from the cells by the rules below. For other pages, `Matrix.rows` is
the whole table as plain data: one row for each operation, source and device.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sitebuild.faults import Fault
from sitebuild.programs.operations import (
    ELSEWHERE,
    OPERATIONS,
    Operation,
    probe_name,
)
from sitebuild.project import Run
from sitebuild.run.environment import Environment

Key = TypeVar("Key")
Value = TypeVar("Value")
SOURCES = ("leaf", "nonleaf", "plain")
FACTS = (
    "x",  # the source, as a program makes it
    "x_dtype",
    "x_device",
    "x_strides",
    "x_transposed",  # the strides of the transposed source
    "same_object",
    "shares_storage",
    "write_seen",  # a write into the result, in the source
    "version_noticed",  # that write, by the source's version counter
    "requires_grad",
    "is_leaf",
    "grad_fn",
    "gradient",  # reaches the source
    "own_gradient",  # the result gets a .grad of its own
    "type",
    "dtype",
    "device",
    "strides",  # of the result for a transposed source, or the exception
    "warnings",
    "exception",
    "write_exception",
    "gradient_exception",
    "otherwise",  # of OTHERS, those with which the result is something else
)
# Other sources: the x of most rows, x transposed, in float64, on another device.
OTHERS = ("usual", "transposed", "float64", "elsewhere")
FAMILIES = (
    *("same", "tracked-alias", "noticed-alias", "unnoticed-alias", "readonly-alias"),
    *("tracked-copy", "cut-copy", "value", "raises", "depends"),
)
TRAPS = ("unnoticed-write", "gradient-ends", "gradient-lost")


@dataclass(frozen=True)
class Row:
    """What one operation does with one source on one device."""

    operation: Operation
    source: str  # one of SOURCES
    on: str  # the source's device: "cpu" or "cuda"
    facts: Mapping[str, Any]  # by FACTS; None is "not applicable"

    @property
    def family(self) -> str:
        """The row's family; for a plain source, as far as it can be told."""
        facts = self.facts
        if facts["exception"]:
            return "raises"
        if facts["same_object"]:
            return "same"
        if facts["shares_storage"]:
            if facts["gradient"]:
                return "tracked-alias"
            if facts["write_exception"]:
                return "readonly-alias"
            return "noticed-alias" if facts["version_noticed"] else "unnoticed-alias"
        if facts["gradient"] is None:
            return "value"
        return "tracked-copy" if facts["gradient"] else "cut-copy"

    @property
    def traps(self) -> tuple[str, ...]:
        """What in this row lies in wait: nothing does where torch complains."""
        facts = self.facts
        found = []
        if facts["warnings"] or facts["gradient_exception"]:
            return ()
        if facts["write_seen"] and not facts["version_noticed"]:
            found.append("unnoticed-write")
        if (
            facts["requires_grad"]
            and not facts["gradient"]
            and self.source != "plain"  # which wants no gradient
        ):
            found.append("gradient-ends" if facts["own_gradient"] else "gradient-lost")
        return tuple(found)


@dataclass(frozen=True)
class Matrix:
    """The whole table."""

    operations: tuple[Operation, ...]
    rows: tuple[Row, ...]
    environment: Environment  # of the rows on "cpu"
    cuda: str = ""  # the environment of the rows on "cuda", in words
    # By operation, what matrix/elsewhere.py printed.
    elsewhere: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, operation: Operation, on: str = "cpu") -> list[Row]:
        """Return the rows of one operation, in the order of SOURCES."""
        return self._rows.get((operation.id, on), [])

    @functools.cached_property
    def _rows(self) -> dict[tuple[str, str], list[Row]]:
        return grouped(((row.operation.id, row.on), row) for row in self.rows)

    def family(self, operation: Operation, on: str = "cpu") -> str:
        """Return the family that all sources agree on, or "depends".

        A plain source knows no gradient, so for it a tracked alias is an alias
        and a tracked copy is a copy.
        """
        families = {row.source: row.family for row in self.of(operation, on)}
        family = families["leaf"]
        as_plain = {"tracked-alias": "noticed-alias", "tracked-copy": "cut-copy"}
        if families["nonleaf"] == family and families["plain"] in (
            family,
            as_plain.get(family),
        ):
            return family
        return "depends"

    def members(self, family: str) -> list[Operation]:
        """Return the operations of one family."""
        return [o for o in self.operations if self.family(o) == family]


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """Return all values of each key, in order."""
    found: dict[Key, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _facts(found: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """Bring what a probe printed to the columns of the table.

    `there` is what was found out of a source on another device.
    """
    otherwise = {**(found.get("otherwise") or {})}
    moved = there and found.get("x_device") == there.get("device")
    if moved and found.get("shares_storage"):
        otherwise["elsewhere"] = "own"  # what is moved has memory of its own
    if there and there["exception"] and found.get("type") == "ndarray":
        # Tensors raise there for reasons of that device; arrays raise on any.
        otherwise["elsewhere"] = there["exception"]
    facts = {name: found.get(name) for name in FACTS} | {"otherwise": otherwise}
    if not found["exception"] and "shares_storage" not in found:
        facts["shares_storage"] = False  # a Python number has no storage
    if not found.get("write_seen"):
        facts["version_noticed"] = None  # there was nothing to notice
    return facts


def _disagreement(found: Mapping[str, Any]) -> str:
    """Say where addresses and writes contradict each other about memory."""
    if "shares_storage" not in found:
        return ""
    shares = found["shares_storage"]
    told = f"by addresses, the result {'shares' if shares else 'has its own'} memory"
    if found["follows_source"] != shares:
        return f"{told}; by a write into the source, it does not"
    if not found["write_exception"] and found["write_seen"] != shares:
        return f"{told}; by a write into the result, it does not"
    return ""


def make(
    operations: Iterable[Operation],
    output: Callable[[str], str | None],
    environment: Environment,
    cuda: Callable[[str], str | None] = lambda name: None,
    cuda_environment: str = "",
) -> tuple[Matrix, list[Fault]]:
    """Make the table, and a fault for each probe that contradicts itself.

    `output` gives what the probe of a name printed in `environment`, and `cuda`
    the same for sources on a CUDA device; None where it failed, which has been
    reported, or was never run.
    """
    whole, rows, faults = [], [], []
    elsewhere = json.loads(output(ELSEWHERE) or "{}") if operations else {}
    for operation in operations:
        there = elsewhere.get(operation.id, {})
        wrong = functools.partial(Fault.of, OPERATIONS, operation.line)
        for on, printed in (("cpu", output), ("cuda", cuda)):
            text = printed(probe_name(operation, on))
            if text is None:
                break
            try:
                found = json.loads(text)
            except ValueError:
                faults.append(wrong("talking-probe", id=operation.id, text=text[:200]))
                break
            if on == "cpu":
                whole.append(operation)
            for source in SOURCES:
                facts = found[source]
                rows.append(Row(operation, source, on, _facts(facts, there)))
                if said := _disagreement(facts):
                    fault = wrong(
                        "contradicting-probe",
                        id=operation.id,
                        source=source,
                        wrong=said,
                    )
                    faults.append(fault)
    has_cuda = any(row.on == "cuda" for row in rows)
    where = cuda_environment if has_cuda else ""
    return Matrix(tuple(whole), tuple(rows), environment, where, elsewhere), faults


@functools.lru_cache(maxsize=2)
def of_run(run: Run) -> tuple[Matrix, list[Fault]]:
    """Make the table of what the probes printed in a run, and of recordings.

    Rows of a source on a GPU come from this run, or from the latest recording.
    """
    programs, here = run.project.programs, run.environment
    recorded = [r for r in run.recordings if r.environment.cuda]

    def printed(name: str) -> str | None:
        result = run.results.get(name)
        return result.output if result and result.ended == "end" else None

    def last_recorded(name: str) -> str | None:
        return recorded[-1].output(programs[name])

    if here.cuda or not recorded:
        return make(run.project.operations, printed, here, printed, str(here))
    where = str(recorded[-1].environment)
    return make(run.project.operations, printed, here, last_recorded, where)
