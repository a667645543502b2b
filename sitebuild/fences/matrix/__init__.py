"""``matrix("table")``: a part of the behaviour matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences.fence import Fence
from sitebuild.fences.matrix import export, view
from sitebuild.fences.matrix.table import of_run
from sitebuild.pages.call import Call, Form
from sitebuild.programs.operations import OPERATIONS
from sitebuild.project import Project, Run, Use
from sitebuild.view import View
from sitebuild.words import line_of

PARTS = {
    "families": view.families,
    "traps": view.traps,
    "table": view.table,
    "cuda": view.cuda,
}


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


def depends(call: Call, project: Project) -> Iterable[str]:
    """Give the texts of all probes and examples, and what they are called."""
    made = ("matrix/", "which-one/")
    yield from (p.digest for n, p in project.programs.items() if n.startswith(made))
    yield repr(project.operations)


def _render(call: Call, view_: View) -> Markup:
    return PARTS[call.part](of_run(view_.run)[0], view_)


def _publish(run: Run, to: Path, calls: Collection[Call]) -> None:
    project = run.project
    export.publish(of_run(run)[0], project.languages, project.programs, to)


MATRIX = Fence(
    Form("matrix", 'matrix("part")', parts=tuple(PARTS)),
    _render,
    check=_check,
    judge=_judge,
    depends=depends,
    publish=_publish,
)
