"""``chooser("questions")``: a part of the chooser, or the cheat sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import matrix, show
from sitebuild.fences.chooser import view, wishes
from sitebuild.fences.fence import Fence
from sitebuild.fences.matrix.table import of_run
from sitebuild.pages.call import Call, Form
from sitebuild.programs.examples import example_name
from sitebuild.project import Project, Run, Use
from sitebuild.view import View

PARTS = {
    "questions": view.questions,
    "answers": view.table,
    "calls": view.calls,
    "cheat-sheet": view.cheat_sheet,
}


def _check(use: Use, project: Project) -> Iterable[Fault]:
    yield from matrix.MATRIX.check(use, project)
    yield from wishes.check(project.operations)


def _render(call: Call, view_: View) -> Markup:
    return PARTS[call.part](of_run(view_.run)[0], view_)


def _publish(run: Run, to: Path, calls: Collection[Call]) -> None:
    names = {example_name(o.id) for o in wishes.offered(of_run(run)[0])}
    show.publish_programs(run, to, names)


CHOOSER = Fence(
    Form("chooser", 'chooser("part")', parts=tuple(PARTS)),
    _render,
    check=_check,
    judge=matrix.MATRIX.judge,
    depends=matrix.depends,
    publish=_publish,
)
