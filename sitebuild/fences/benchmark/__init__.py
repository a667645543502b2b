"""``benchmark("topic/name")``: a program and its measurement."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import show
from sitebuild.fences.benchmark import view
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Use
from sitebuild.view import View


def _check(use: Use, project: Project) -> Iterable[Fault]:
    program = project.programs.get(use.call.program)
    if program and not program.is_benchmark:
        yield use.fault("no-benchmark", path=program.path, name=program.name)
    yield from show.check_program(use, project)


def _render(call: Call, view_: View) -> Markup:
    measured = view_.run.benchmarks.get(call.program)
    return show.frame(call, view_, view.render(measured, view_))


BENCHMARK = Fence(
    Form("benchmark", 'benchmark("topic/name")'),
    _render,
    check=_check,
    depends=show.depends,
    publish=show.publish,
)
