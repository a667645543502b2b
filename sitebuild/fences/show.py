"""``show("topic/name")``: a program, or a section of it, and what it printed."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import figure
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import VALUES, Call, Form
from sitebuild.programs.operations import OPERATIONS, TEMPLATE
from sitebuild.project import Project, Run, Use
from sitebuild.view import View
from sitebuild.view import program as highlight


def check_program(use: Use, project: Project) -> Iterator[Fault]:
    """Give what is wrong with the program that a call names."""
    call = use.call
    program = project.programs.get(call.program)
    if program is None:
        yield use.fault(
            "no-such-program",
            f"there is no readable snippet {call.program!r}",
            f"write snippets/{call.program}.py or correct the name",
        )
        return
    sections = [section.name for section in program.sections]
    if call.section and call.section not in sections:
        yield use.fault(
            "no-such-section",
            f"{program.path} has no section {call.section!r}",
            "its sections: " + (", ".join(sections) or "none"),
        )


def _check(use: Use, project: Project) -> Iterator[Fault]:
    program = project.programs.get(use.call.program)
    yield from check_program(use, project)
    if program is None:
        return
    if program.is_benchmark:
        yield use.fault(
            "benchmark-shown",
            f"{program.path} is a benchmark: it is measured, not run",
            f'write `benchmark("{program.name}")`',
        )
    yield from figure.check(use, program)


def _judge(use: Use, run: Run) -> Iterator[Fault]:
    yield from figure.judge(use, run)


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
    run, words = view.run, view.words.show
    program = run.project.programs[call.program]
    section = program.section(call.section) if call.section else None
    first, last = (section.first + 1, section.last) if section else (1, 10**6)
    code = program.lines(first, last)
    whole = program.lines(1, last) + "\n"
    file = f"{view.root}{program.path}"
    title = re.sub(r"([/_])", r"\1<wbr>", program.name)  # where a phone may break it
    links = (
        f'<a class="snippet-file" href="{file}">{title}.py</a>'
        f'<a href="{file}" download aria-label="{words["download"]}: {program.name}.py">'
        f"{words['download']}</a>"
    )
    if run.repo_url:
        generated = {"matrix": TEMPLATE, "which-one": OPERATIONS}
        written = generated.get(program.path.partition("/")[0], program.path)
        edit = html.escape(f"{run.repo_url}/edit/main/{written}")
        links += f'<a href="{edit}">{words["edit"]}</a>'
    shown: str = highlight(code) + below
    if any(asked.kind in VALUES for asked in call.figures):
        # Readers come for the values; the program is there for who asks how.
        shown = (
            f'{below}<details class="snippet-program"><summary>{words["program"]}'
            f"</summary>{highlight(code)}</details>"
        )
    return Markup(f'<div class="snippet">{bar(links, whole, words)}{shown}</div>')


def bar(links: str, program: str, words: dict[str, str]) -> str:
    """Return the line above a program: `links`, and a button that copies it.

    The button gives the program from its first line to the end of what is
    shown, so that what is pasted runs. It shows itself by script.
    """
    return (
        f'<div class="snippet-bar" data-search-exclude>{links}'
        '<button type="button" class="snippet-copy" hidden'
        f' data-copy="{html.escape(program)}" data-copied="{words["copied"]}">'
        f"{words['copy']}</button></div>"
    )


def output(text: str, label: str, raised: bool = False) -> str:
    """Return what a program printed, as HTML, under `label`."""
    if not text.strip():
        return ""
    return (
        f'<div class="snippet-output{" snippet-raised" if raised else ""}">'
        f'<p class="snippet-label">{label}</p>'
        f"<pre><samp>{html.escape(text.rstrip(), quote=False)}</samp></pre></div>"
    )


def _result(call: Call, view: View) -> str:
    run, words = view.run, view.words.show
    program, section = run.project.programs[call.program], call.section
    raised = program.raises is not None and (
        not section or program.section(section).last >= program.raises[1]
    )
    if program.needs_cuda and not run.environment.cuda:
        for recording in reversed(run.recordings):
            outputs = recording.outputs(program)
            if outputs is not None:
                text = outputs[section] if section else "".join(outputs.values())
                where = html.escape(str(recording.environment))
                return output(
                    text, f"{words['recorded']} <small>{where}</small>", raised
                )
        return f'<p class="snippet-note">{words["not_recorded"]}</p>'
    result = run.results.get(program.name)
    if result is None:
        return f'<p class="snippet-note">{words["failed"]}</p>'
    text = result.outputs[section] if section else result.output
    return output(text, words["output"], raised)


def _render(call: Call, view: View) -> Markup:
    below = Markup(_result(call, view)) + figure.render(call, view)
    return frame(call, view, below)


SHOW = Fence(
    Form(
        "show",
        'show("topic/name")` or `show("topic/name", section="name")',
        section=True,
        figures=True,
    ),
    _render,
    check=_check,
    judge=_judge,
    depends=depends,
    publish=publish,
)
