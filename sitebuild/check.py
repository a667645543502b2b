"""What is wrong with a project, before and after its programs are run."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from sitebuild.faults import Fault
from sitebuild.fences import FENCES
from sitebuild.pages.together import compare, dead_links, same_pages
from sitebuild.project import Project, Run
from sitebuild.run.result import Result, fault, silent


def check(project: Project) -> list[Fault]:
    """Return all that is wrong as far as the files tell."""
    faults = [*project.faults, *compare(project.pages, project.unread)]
    if not project.unread:
        shown = {use.call.program for use in project.uses}
        for name, program in project.programs.items():
            if name not in shown and program.path.startswith("snippets/"):
                faults.append(Fault.of(program.path, 1, "not-shown", name=name))
    for by_slug in project.pages.values():
        faults += dead_links(project.root, by_slug, project.unread)
        faults += same_pages(by_slug)
    for use in project.uses:
        faults += FENCES[use.call.function].check(use, project)
    return faults


def part(
    project: Project, results: Mapping[str, Result], strict: bool
) -> tuple[dict[str, Result], list[Fault]]:
    """Part the sound results from the others, and return a fault for each of these.

    If not `strict`, how Python saw a program end is sound, whatever it
    announces: on another torch that is what the pages are to show.
    """
    sound, faults = {}, []
    for name, result in results.items():
        program = project.programs[name]
        found = fault(program, result)
        if strict and not found:
            found = silent(program, result)
        if found and not strict and result.ended in ("end", "exception"):
            print(f"note: {found}", file=sys.stderr)
            found = None
        if found:
            faults.append(found)
        else:
            sound[name] = result
    return sound, faults


def judge(run: Run) -> list[Fault]:
    """Return what the fences cannot show of a run, though its programs ended well."""
    faults: list[Fault] = []
    for use in run.project.uses:
        faults += FENCES[use.call.function].judge(use, run)
    return faults


def report(faults: list[Fault], project: Project) -> str:
    """Return all that is wrong as text, each once, and which pages show it."""
    places: dict[str, list[str]] = {}
    for use in project.uses:
        if program := project.programs.get(use.call.program):
            places.setdefault(program.path, []).append(f"{use.page.path}:{use.line}")
    lines = []
    for found in sorted(set(faults)):
        lines.append(str(found))
        if shown_on := places.get(found.path):
            lines.append(f"    shown on {', '.join(shown_on)}")
    count = len(set(faults))
    return "\n".join([*lines, f"{count} problem{'s' * (count != 1)}."])
