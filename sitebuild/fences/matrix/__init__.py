"""``matrix("table")``: a part of the behaviour matrix."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences.fence import Fence
from sitebuild.fences.matrix import export, view
from sitebuild.fences.matrix.table import of_run
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Run, Use
from sitebuild.view import View


def _judge(use: Use, run: Run) -> Iterable[Fault]:
    return of_run(run)[1]


def depends(call: Call, project: Project) -> Iterable[str]:
    """Give the texts of all probes and examples, and what they are called."""
    made = ("matrix/", "which-one/")
    yield from (p.digest for n, p in project.programs.items() if n.startswith(made))
    yield repr(project.operations)


def _render(call: Call, view_: View) -> Markup:
    table, _ = of_run(view_.run)
    return Markup(view.render(table, call.part, view_.language.code, view_.root))


def _publish(run: Run, to: Path, calls: Collection[Call]) -> None:
    export.publish(of_run(run)[0], run.project.programs, to)


MATRIX = Fence(
    Form("matrix", 'matrix("part")', parts=("families", "traps", "table", "cuda")),
    _render,
    judge=_judge,
    depends=depends,
    publish=_publish,
)
