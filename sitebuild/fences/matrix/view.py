"""What the template of the behaviour matrix loops over: its rows as lines and cells.

The words are the template's, and so is the HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from sitebuild.fences.matrix.export import DATA
from sitebuild.fences.matrix.table import FAMILIES, SOURCES, TRAPS, Matrix, Row
from sitebuild.programs.operations import Operation, probe_name
from sitebuild.view import View

COLUMNS = (
    "same_object",
    "shares_storage",
    "write_seen",
    "version_noticed",
    "requires_grad",
    "is_leaf",
    "grad_fn",
    "gradient",
    "result",
    "strides",
)
# The column whose "no" is the trap.
MARKED = {
    "unnoticed-write": "version_noticed",
    "gradient-ends": "gradient",
    "gradient-lost": "gradient",
}


@dataclass(frozen=True)
class Cell:
    """One cell of the table."""

    kind: str  # "yes", "no", "trap", "code", or "none": it does not apply
    code: str = ""


@dataclass(frozen=True)
class Line:
    """What sources with the same outcome share."""

    sources: tuple[str, ...]
    exception: str | None
    cells: tuple[Cell, ...]  # by COLUMNS; none beside an exception


@dataclass(frozen=True)
class Note:
    """A message, in full, below the lines of an operation."""

    failed: str  # "strides", "write" or "gradient"; "" for a warning
    text: str
    sources: tuple[str, ...]  # that brought it; none if all did


@dataclass(frozen=True)
class Body:
    """All that the table shows of one operation."""

    operation: Operation
    program: str  # its file, below the root of the site
    family: str
    families: tuple[str, ...]  # by which it is found
    traps: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]


def families(matrix: Matrix, view: View) -> Markup:
    """Return the families and their members."""
    members = {family: matrix.members(family) for family in FAMILIES}
    return view.render(
        "matrix.html.jinja",
        part="families",
        families={family: found for family, found in members.items() if found},
        by_source={o: _by_source(matrix.of(o)) for o in members["depends"]},
    )


def traps(matrix: Matrix, view: View) -> Markup:
    """Return the traps and the operations in which they lie."""
    found = {trap: _trapped(matrix, trap) for trap in TRAPS}
    return view.render(
        "matrix.html.jinja",
        part="traps",
        traps={trap: operations for trap, operations in found.items() if operations},
    )


def table(matrix: Matrix, view: View) -> Markup:
    """Return the whole table, and what filters it."""
    met = {row.family for row in matrix.rows}
    return view.render(
        "matrix.html.jinja",
        part="table",
        columns=COLUMNS,
        bodies=[body(matrix, operation) for operation in matrix.operations],
        families=[f for f in FAMILIES if f in met or matrix.members(f)],
        sources=SOURCES,
        data=DATA,
    )


def cuda(matrix: Matrix, view: View) -> Markup:
    """Return what changes when the source is on a GPU."""
    changed = [o for o in matrix.operations if _differs(matrix, o)]
    return view.render(
        "matrix.html.jinja",
        part="cuda",
        columns=COLUMNS,
        bodies=[body(matrix, operation, "cuda") for operation in changed],
        environment=matrix.cuda,
        sources=SOURCES,
    )


def _by_source(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Return which sources bring which family."""
    together: dict[str, list[str]] = {}
    for row in rows:
        together.setdefault(row.family, []).append(row.source)
    return together


def _trapped(matrix: Matrix, trap: str) -> dict[Operation, list[str]]:
    """Return the operations with a trap, and of which sources if not of all."""
    # Only sources that require grad have a gradient to lose.
    whole = len(SOURCES) - (trap != "unnoticed-write")
    found = {}
    for operation in matrix.operations:
        sources = [r.source for r in matrix.of(operation) if trap in r.traps]
        if sources:
            found[operation] = sources if len(sources) < whole else []
    return found


def _differs(matrix: Matrix, operation: Operation) -> bool:
    """Whether a source on a GPU changes more than the device of the result."""
    here, there = (
        [{**row.facts, "device": ""} for row in matrix.of(operation, on)]
        for on in ("cpu", "cuda")
    )
    return bool(there) and here != there


def body(matrix: Matrix, operation: Operation, on: str = "cpu") -> Body:
    """Return what the table shows of one operation."""
    rows = matrix.of(operation, on)
    together: dict[tuple[str | None, tuple[Cell, ...]], list[str]] = {}
    for row in rows:
        exception = row.facts["exception"]
        cells = () if exception else _cells(row)
        together.setdefault((exception, cells), []).append(row.source)
    family = matrix.family(operation, on)
    return Body(
        operation,
        f"{probe_name(operation)}.py",
        family,
        tuple(sorted({family, *(row.family for row in rows)})),
        tuple(trap for trap in TRAPS if any(trap in row.traps for row in rows)),
        tuple(Line(tuple(same), *shown) for shown, same in together.items()),
        tuple(_notes(rows)),
    )


def _cells(row: Row) -> tuple[Cell, ...]:
    facts = row.facts
    cells = {name: _truth(facts.get(name)) for name in COLUMNS}
    for trap in row.traps:
        cells[MARKED[trap]] = Cell("trap")
    if facts["requires_grad"] is not None:  # or it is no tensor
        cells["grad_fn"] = Cell("code", str(facts["grad_fn"]))
    kind = facts["type"] if facts["type"] != "Tensor" else ""
    told = " ".join(text for text in (kind, facts["dtype"], facts["device"]) if text)
    cells["result"] = Cell("code", told)
    if facts["strides"]:  # of an exception, its name: the rest is a note
        cells["strides"] = Cell("code", facts["strides"].partition(":")[0])
    return tuple(cells.values())


def _truth(value: object) -> Cell:
    return Cell("none" if value is None else "yes" if value else "no")


def _notes(rows: list[Row]) -> Iterable[Note]:
    """Give the messages of rows, each once."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        facts = row.facts
        messages = [("", text) for text in facts["warnings"] or ()]
        if ":" in (facts["strides"] or ""):  # not strides but an exception
            messages.append(("strides", facts["strides"]))
        for failed in ("write", "gradient"):
            if text := facts[f"{failed}_exception"]:
                messages.append((failed, text))
        for message in messages:
            found.setdefault(message, []).append(row.source)
    for (failed, text), sources in found.items():
        yield Note(failed, text, tuple(sources) if len(sources) < len(rows) else ())
