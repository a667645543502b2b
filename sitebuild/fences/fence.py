"""What every fence is made of: see `Fence`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Run, Use
from sitebuild.view import View


def _nothing(*_: object) -> list[Fault]:
    return []


@dataclass(frozen=True)
class Fence:
    """One function that a page may call, and all that a build does for it.

    A fence that `check` and `judge` find sound can be rendered.
    """

    form: Form  # how it is written
    render: Callable[[Call, View], Markup]
    # What is wrong with one use, as far as the files tell, ...
    check: Callable[[Use, Project], Iterable[Fault]] = _nothing
    # ... and after the run.
    judge: Callable[[Use, Run], Iterable[Fault]] = _nothing
    # Texts that the page has to be rendered again for, when one changes.
    depends: Callable[[Call, Project], Iterable[str]] = lambda call, project: ()
    # What it adds at the end of a page.
    foot: Callable[[View], Markup] = lambda view: Markup("")
    # Puts files beside the pages: into this folder, for these of its calls.
    publish: Callable[[Run, Path, Collection[Call]], None] = lambda run, to, calls: None
