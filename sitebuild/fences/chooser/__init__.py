"""``chooser("questions")``: a part of the chooser, or the cheat sheet.

What is said of a call follows from its rows in the behaviour matrix, by the small
rules below; the words are the templates', and so is the HTML.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import show
from sitebuild.fences.chooser import wishes
from sitebuild.fences.chooser.wishes import QUESTIONS, Answer
from sitebuild.fences.fence import Fence
from sitebuild.fences.matrix import MATRIX, others, usual
from sitebuild.fences.matrix.table import SOURCES, TRAPS, Matrix, Row, grouped, of_run
from sitebuild.pages.call import Call, Form
from sitebuild.programs.examples import example_name
from sitebuild.programs.operations import Operation, probe_name
from sitebuild.project import Project, Run, Use
from sitebuild.view import View

# What the cheat sheet leaves out, or says in another column.
LEFT_OUT = ("packed", "transposed", "other")


class Remark(NamedTuple):
    """One thing to say of a call."""

    kind: str  # "trap", "other" or one of words.chooser.remarks
    text: str = ""  # the trap's name, the message, the code
    sources: tuple[str, ...] = ()  # of which it is said; none if of all
    before: str = ""  # the strides that change, the other source


def _questions(matrix: Matrix, view: View) -> dict[str, Any]:
    """Return what there is to fill in of the form."""
    return {"recorded": bool(matrix.cuda)}


def _answers(matrix: Matrix, view: View) -> dict[str, Any]:
    """Return the lines of the decision table."""
    return {
        "lines": lines(wishes.answers(matrix)),
        "count": len(matrix.operations),
        "offered": len(wishes.offered(matrix)),
    }


def _calls(matrix: Matrix, view: View) -> dict[str, Any]:
    """Return what there is to say of each call that is offered."""
    cards = [
        {
            "operation": operation,
            "reasons": list(reasons(matrix.of(operation))),
            "remarks": [
                *remarks(matrix.of(operation)),
                *elsewhere(matrix, operation),
            ],
            "recorded": bool(matrix.of(operation, "cuda")),
            "probe": f"{probe_name(operation)}.py",
            "example": show.SHOW.render(Call("show", example_name(operation.id)), view),
        }
        for operation in wishes.offered(matrix)
    ]
    return {"cards": cards}


def _cheat_sheet(matrix: Matrix, view: View) -> dict[str, Any]:
    """Return the calls used most, on one page."""
    by_id = {operation.id: operation for operation in matrix.operations}
    facts = ("shares_storage", "gradient", "requires_grad", "is_leaf")
    entries = []
    for operation in [by_id[id_] for id_ in wishes.CHEAT_SHEET]:
        rows = matrix.of(operation)
        told = [
            remark
            for remark in remarks(rows)
            if remark.kind not in LEFT_OUT or remark.before == "usual"
        ]
        cells = [values(rows, name) for name in facts]
        entries.append((operation, cells, others(rows), told))
    return {"entries": entries, "facts": usual(matrix)}


PARTS = {
    "questions": _questions,
    "answers": _answers,
    "calls": _calls,
    "cheat-sheet": _cheat_sheet,
}


def render(matrix: Matrix, part: str, view: View) -> Markup:
    """Return one of `PARTS` of the chooser."""
    template = "cheat-sheet" if part == "cheat-sheet" else "chooser"
    more = {"questions": QUESTIONS, **PARTS[part](matrix, view)}
    return view.render(f"{template}.html.jinja", part=part, **more)


# --- the decision table --------------------------------------------------------


class Line(NamedTuple):
    """A line of the decision table: it holds for all combinations of options."""

    options: dict[str, list[str]]  # to each question
    answer: Answer
    fits: str  # how many operations fit, "13" or "13–14"


def lines(found: Iterable[Answer]) -> list[Line]:
    """Put answers together that differ in nothing but the options to a question."""

    def said(answer: Answer) -> Hashable:
        changes = [tuple(change.items()) for change in answer.changes]
        return answer.calls, answer.recorded, answer.on_cpu, tuple(changes)

    # What is idle holds for all options.
    made = [
        ({q: [a] if a else [*QUESTIONS[q]] for q, a in zip(QUESTIONS, one.wish)}, [one])
        for one in found
    ]
    for question in ("where", "layout", "memory", "train", "gpu"):
        alike = grouped(
            ((said(some[0]), str({**options, question: ""})), (options, some))
            for options, some in made
        )
        made = []
        for group in alike.values():
            all_ = [option for options, _ in group for option in options[question]]
            options = {**group[0][0], question: list(dict.fromkeys(all_))}
            made.append((options, [one for _, some in group for one in some]))
    return [
        Line(
            options,
            some[0],
            "–".join(str(n) for n in sorted({min(fits), max(fits)})),
        )
        for options, some in made
        for fits in [[one.fits for one in some]]
    ]


# --- what is said of a call -----------------------------------------------------


def reasons(rows: list[Row]) -> Iterator[str]:
    """Give what all rows of a call have in common."""
    shares = {row.facts["shares_storage"] for row in rows}
    if all(wishes.kind(row) == "number" for row in rows):
        yield "number"
    elif len(shares) == 1:
        yield "shared" if shares.pop() else "own"
    gradient = {bool(row.facts["gradient"]) for row in rows if row.source != "plain"}
    if len(gradient) == 1:
        yield "flow" if gradient.pop() else "cut"
    if all(wishes.kept(row) for row in rows):
        yield "kept"


def remarks(rows: list[Row]) -> Iterator[Remark]:
    """Give what in the rows of a call may surprise."""
    yield from _messages("raises", rows, "exception")
    if all(row.facts["same_object"] for row in rows):
        yield Remark("same")
    traps = [trap for trap in TRAPS if any(trap in row.traps for row in rows)]
    yield from (Remark("trap", trap) for trap in traps)
    if "unnoticed-write" not in traps and any(r.facts["write_seen"] for r in rows):
        yield Remark("written")
    yield from _messages("warns", rows, "warnings")
    yield from _messages("unwritable", rows, "write_exception")
    if rows[0].operation.values:
        yield Remark("needs", rows[0].facts["x"])
    for other, told, sources in others(rows):
        if other == "usual" or ":" not in told:
            yield Remark("other", told, sources, other)
    changed = {
        (row.facts["x_transposed"], row.facts["strides"])
        for row in rows
        if row.facts["strides"] and not wishes.kept(row)
    }
    for before, steps in sorted(changed):  # or the exception of a transposed x
        yield Remark("transposed" if ":" in steps else "packed", steps, (), before)


def elsewhere(matrix: Matrix, operation: Operation) -> Iterator[Remark]:
    """Give what surprises where the source is on another device."""
    there = matrix.elsewhere.get(operation.id)
    if not there:
        return
    if there["exception"]:
        yield Remark("elsewhere", there["exception"])
        return
    tensor = wishes.kind(matrix.of(operation)[0]) == "tensor"
    if tensor and there["device"] == "cpu":
        yield Remark("moves")
    if there["copies"] > 1:
        yield Remark("copies", str(there["copies"]))


def _messages(kind: str, rows: Iterable[Row], name: str) -> Iterator[Remark]:
    """Give each message of rows once, with the sources that bring it."""
    found = grouped(
        (" ".join(text.split()), row.source)
        for row in rows
        for value in [row.facts[name] or ()]
        for text in ([value] if isinstance(value, str) else value)
    )
    for text, sources in found.items():
        of_all = len(sources) == len(SOURCES)
        yield Remark(kind, text, () if of_all else tuple(sources))


def values(rows: Iterable[Row], name: str) -> dict[bool | None, list[str]]:
    """Return which sources have which value of a fact."""
    wanted = name not in ("gradient", "requires_grad")  # by a plain source
    return grouped(
        (None if row.facts[name] is None else bool(row.facts[name]), row.source)
        for row in rows
        if wanted or row.source != "plain"
    )


def _check(use: Use, project: Project) -> Iterable[Fault]:
    yield from MATRIX.check(use, project)
    yield from wishes.check(project.operations)


def _publish(run: Run, to: Path, calls: Collection[Call]) -> None:
    names = {example_name(o.id) for o in wishes.offered(of_run(run)[0])}
    show.publish_programs(run, to, names)


CHOOSER = Fence(
    Form("chooser", 'chooser("part")', parts=tuple(PARTS)),
    lambda call, view: render(of_run(view.run)[0], call.part, view),
    check=_check,
    judge=MATRIX.judge,
    depends=MATRIX.depends,
    publish=_publish,
)
