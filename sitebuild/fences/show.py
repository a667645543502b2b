"""``show("topic/name")``: a program, or a section of it, and what it printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import figure
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import VALUES, Call, Form
from sitebuild.programs.operations import OPERATIONS, TEMPLATE
from sitebuild.programs.snippet import Snippet
from sitebuild.project import Project, Run, Use
from sitebuild.run.environment import Environment
from sitebuild.view import View


def check_program(use: Use, project: Project) -> Iterator[Fault]:
    """Give what is wrong with the program, and the sections, that a call names."""
    call = use.call
    program = project.programs.get(call.program)
    if program is None:
        yield use.fault("no-such-program", program=call.program)
        return
    sections = [section.name for section in program.sections]
    panels = [panel for asked in call.figures for panel in asked.panels]
    for section in (call.section, *(panel.section for panel in panels)):
        if section and section not in sections:
            yield use.fault(
                "no-such-section",
                path=program.path,
                section=section,
                sections=", ".join(sections) or "none",
            )


def check(use: Use, project: Project) -> Iterator[Fault]:
    """Give what is wrong with a call that shows what a program printed."""
    yield from check_program(use, project)
    program = project.programs.get(use.call.program)
    if program and program.is_benchmark:
        yield use.fault("benchmark-shown", path=program.path, name=program.name)
    if program:
        yield from figure.check(use, program)


def depends(call: Call, project: Project) -> Iterator[str]:
    """Give the text of the program that is shown."""
    if call.program in project.programs:
        yield project.programs[call.program].digest


def publish_programs(run: Run, to: Path, names: Iterable[str]) -> None:
    """Put the files of programs on the site, to view and download."""
    for name in names:
        program = run.project.programs[name]
        if program.path.endswith(".py"):
            target = to / program.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # `serve` may have linked the last one
            target.write_text(program.source, encoding="utf-8", newline="")


def publish(run: Run, to: Path, calls: Collection[Call]) -> None:
    """Put the programs that `calls` show on the site."""
    publish_programs(run, to, {call.program for call in calls})


def frame(call: Call, view: View, below: Markup) -> Markup:
    """Return a program, or the section that is shown, with `below` under it."""
    run = view.run
    program = run.project.programs[call.program]
    lines = _lines(program)
    first, last = 0, len(lines)
    if call.section:
        section = program.section(call.section)
        first, last = section.first, section.last
    return view.render(
        "program.html.jinja",
        program=program,
        shown="\n".join(lines[first:last]).rstrip(),
        copied="\n".join(lines[:last]).rstrip() + "\n",
        edit=run.repo_url and f"{run.repo_url}/edit/main/{_written(program)}",
        # Readers come for the values; the program is there for who asks how.
        folded=any(asked.kind in VALUES for asked in call.figures),
        below=below,
    )


def _lines(program: Snippet) -> list[str]:
    """Return the lines of a program, empty where a section is marked.

    What it prints may number a line, so none is left out.
    """
    lines = program.source.split("\n")
    for section in program.sections:
        if section.name:
            lines[section.first - 1] = ""
    return lines


def _written(program: Snippet) -> str:
    """Return the file in which a program is written, below the root."""
    generated = {"matrix": TEMPLATE, "which-one": OPERATIONS}
    return generated.get(program.path.partition("/")[0], program.path)


def _printed(call: Call, view: View) -> Markup:
    """Return what a program printed here or, where it cannot run, in a recording."""
    run = view.run
    program = run.project.programs[call.program]
    where: Environment | None = None
    if program.needs_cuda and not run.environment.cuda:
        recorded = ((r.environment, r.outputs(program)) for r in run.recordings[::-1])
        where, outputs = next((one for one in recorded if one[1]), (None, None))
    elif program.name in run.results:
        outputs = run.results[program.name].outputs
    else:
        return Markup("")  # what failed is reported, and never published
    raised = program.raises is not None  # in what is shown
    if program.raises and call.section:
        raised = program.section(call.section).last >= program.raises[1]
    return view.render(
        "show.html.jinja",
        text=outputs.get(call.section, "".join(outputs.values())) if outputs else None,
        where=where,
        raised=raised,
    )


def _render(call: Call, view: View) -> Markup:
    return frame(call, view, _printed(call, view) + figure.render(call, view))


SHOW = Fence(
    Form(
        "show",
        'show("topic/name")` or `show("topic/name", section="name")',
        section=True,
        figures=True,
    ),
    _render,
    check=check,
    judge=figure.judge,
    depends=depends,
    publish=publish,
)
