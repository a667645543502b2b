"""``matrix("table")``: a part of the behaviour matrix.

The words are the template's, and so is the HTML: it loops over lines and cells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import show
from sitebuild.fences.fence import Fence
from sitebuild.fences.matrix import export, table
from sitebuild.fences.matrix.table import SOURCES, Matrix, Row, grouped, of_run
from sitebuild.pages.call import Call, Form
from sitebuild.programs.operations import ELSEWHERE, OPERATIONS, Operation, probe_name
from sitebuild.project import Project, Run, Use
from sitebuild.view import View
from sitebuild.words import line_of

COLUMNS = (
    *("same_object", "shares_storage", "write_seen", "version_noticed"),
    *("requires_grad", "is_leaf", "grad_fn", "gradient", "result", "strides"),
)
# The column whose "no" is the trap.
MARKED = {
    "unnoticed-write": "version_noticed",
    "gradient-ends": "gradient",
    "gradient-lost": "gradient",
}


# What differs on a GPU in any case, or is not asked there.
_PLACE = ("x_device", "device", "otherwise")


class Cell(NamedTuple):
    """One cell of the table."""

    kind: str  # "yes", "no", "trap", "code", or "none": it does not apply
    code: str = ""


class Line(NamedTuple):
    """What sources with the same outcome share."""

    sources: tuple[str, ...]
    exception: str | None
    cells: tuple[Cell, ...]  # by COLUMNS; none beside an exception


class Note(NamedTuple):
    """A message, in full, below the lines of an operation."""

    failed: str  # "strides", "write" or "gradient"; "" for a warning
    text: str
    sources: tuple[str, ...]  # that brought it; none if all did


class Other(NamedTuple):
    """What becomes of another source, where it is not the same."""

    other: str  # one of table.OTHERS
    told: str  # one of words.matrix.memory, or an exception
    sources: tuple[str, ...]  # of which kinds; none if of all


def _source(matrix: Matrix) -> dict[str, Any]:
    """Return what x is, but where a row has another."""
    return {"facts": usual(matrix), "asked": ELSEWHERE}


def usual(matrix: Matrix) -> Mapping[str, Any]:
    """Return the facts of a row with the x of most rows."""
    return next((r.facts for r in matrix.rows if not r.operation.values), {})


def _families(matrix: Matrix) -> dict[str, Any]:
    """Return the families and their members."""
    members = {family: matrix.members(family) for family in table.FAMILIES}
    by_source = {
        operation: grouped((row.family, row.source) for row in matrix.of(operation))
        for operation in members["depends"]
    }
    families = {family: found for family, found in members.items() if found}
    raised = {
        operation: matrix.of(operation)[0].facts["exception"].partition("\n")[0]
        for operation in members["raises"]
    }
    return {
        "families": families,
        "by_source": by_source,
        "raised": raised,
        "others": {o: others(matrix.of(o)) for o in matrix.operations},
        "built": str(matrix.environment),
    }


def _traps(matrix: Matrix) -> dict[str, Any]:
    """Return the traps and the operations in which they lie."""
    found = {trap: _trapped(matrix, trap) for trap in table.TRAPS}
    return {"traps": {trap: some for trap, some in found.items() if some}}


def _table(matrix: Matrix) -> dict[str, Any]:
    """Return all bodies of the table, and what filters them."""
    met = {row.family for row in matrix.rows}
    return {
        "bodies": [body(matrix, operation) for operation in matrix.operations],
        "families": [f for f in table.FAMILIES if f in met or matrix.members(f)],
        "data": export.DATA,
    }


def _cuda(matrix: Matrix) -> dict[str, Any]:
    """Return what changes when the source is on a GPU."""
    changed = [o for o in matrix.operations if _differs(matrix, o)]
    bodies = [body(matrix, operation, "cuda") for operation in changed]
    return {"bodies": bodies, "environment": matrix.cuda}


def _messages_of(matrix: Matrix) -> dict[str, Any]:
    """Return every message and the operations that bring it."""
    found = grouped(
        (text, operation)
        for operation in matrix.operations
        for text in _all_messages(matrix.of(operation))
    )
    return {"messages": dict(sorted(found.items()))}


def _all_messages(rows: list[Row]) -> Iterable[str]:
    """Give the messages of rows, each once."""
    facts = [row.facts for row in rows]
    texts = [text for its in facts for text in its["warnings"] or ()]
    texts += [its["exception"] for its in facts if its["exception"]]
    texts += [text for row in rows for failed, text in _messages(row) if failed]
    texts += [other.told for other in others(rows) if ":" in other.told]
    return dict.fromkeys(texts)


PARTS = {
    "source": _source,
    "families": _families,
    "traps": _traps,
    "table": _table,
    "cuda": _cuda,
    "messages": _messages_of,
}


def render(matrix: Matrix, part: str, view: View) -> Markup:
    """Return one of `PARTS` of the table."""
    more = PARTS[part](matrix)
    return view.render(
        "matrix.html.jinja", part=part, columns=COLUMNS, sources=SOURCES, **more
    )


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
        [{**row.facts, **dict.fromkeys(_PLACE)} for row in matrix.of(operation, on)]
        for on in ("cpu", "cuda")
    )
    return bool(there) and here != there


def body(matrix: Matrix, operation: Operation, on: str = "cpu") -> dict[str, Any]:
    """Return what the table shows of one operation."""
    rows = matrix.of(operation, on)
    together = grouped(
        ((row.facts["exception"], _cells(row)), row.source) for row in rows
    )
    family = matrix.family(operation, on)
    return {
        "operation": operation,
        "program": f"{probe_name(operation)}.py",
        "family": family,
        "families": sorted({family, *(row.family for row in rows)}),  # that find it
        "traps": [
            trap for trap in table.TRAPS if any(trap in row.traps for row in rows)
        ],
        "lines": [Line(tuple(same), *shown) for shown, same in together.items()],
        "notes": list(_notes(rows)),
        # Of a transposed source, exceptions are among the notes.
        "others": [
            one
            for one in others(rows)
            if one.other != "transposed" or ":" not in one.told
        ],
        "facts": rows[0].facts,
    }


def _cells(row: Row) -> tuple[Cell, ...]:
    facts = row.facts
    if facts["exception"]:
        return ()
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


def _notes(rows: list[Row]) -> Iterator[Note]:
    """Give the messages of rows, each once."""
    said = grouped((message, row.source) for row in rows for message in _messages(row))
    for (failed, text), sources in said.items():
        yield Note(failed, text, tuple(sources) if len(sources) < len(rows) else ())


def others(rows: Iterable[Row]) -> list[Other]:
    """Return what becomes of other sources, where it is not the same."""
    rows = list(rows)
    found = grouped(
        ((other, row.facts["otherwise"][other]), row.source)
        for other in table.OTHERS
        for row in rows
        if other in (row.facts["otherwise"] or ())
    )
    return [
        Other(*told, tuple(sources) if len(sources) < len(rows) else ())
        for told, sources in found.items()
    ]


def _messages(row: Row) -> Iterator[tuple[str, str]]:
    facts = row.facts
    yield from (("", text) for text in facts["warnings"] or ())
    if ":" in (facts["strides"] or ""):  # not strides but an exception
        yield "strides", facts["strides"]
    for failed in ("write", "gradient"):
        if text := facts[f"{failed}_exception"]:
            yield failed, text


def _check(use: Use, project: Project) -> Iterator[Fault]:
    """Give a fault for each operation without a note, and the other way round."""
    known = {operation.id: operation for operation in project.operations}
    for language in project.languages.values():
        file = f"words/{language.code}.toml"
        notes = set(getattr(language.words, "operations", ()))
        for id_ in known.keys() - notes:
            yield Fault.of(
                OPERATIONS, known[id_].line, "missing-note", file=file, id=id_
            )
        for id_ in notes - known.keys():
            text = (project.root / file).read_text(encoding="utf-8")
            yield Fault.of(
                file,
                line_of(text, f"operations.{id_}"),
                "unknown-operation",
                what=f"there is no operation {id_!r}",
                do=f"give both the same name; the operations are in {OPERATIONS}",
            )


def _judge(use: Use, run: Run) -> Iterable[Fault]:
    return of_run(run)[1]


def _depends(call: Call, project: Project) -> Iterable[str]:
    """Give the texts of all probes and examples, and what they are called."""
    made = ("matrix/", "which-one/")
    yield from (p.digest for n, p in project.programs.items() if n.startswith(made))
    yield repr(project.operations)


def _publish(run: Run, to: Path, calls: Collection[Call]) -> None:
    matrix = of_run(run)[0]
    if matrix.operations:
        export.publish(matrix, run.project.languages, to)
        names = [probe_name(one) for one in matrix.operations]
        show.publish_programs(run, to, [*names, ELSEWHERE])


MATRIX = Fence(
    Form("matrix", 'matrix("part")', parts=tuple(PARTS)),
    lambda call, view: render(of_run(view.run)[0], call.part, view),
    check=_check,
    judge=_judge,
    depends=_depends,
    publish=_publish,
)
