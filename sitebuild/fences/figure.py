"""The figures that a `show` asks for in its header, drawn below the output."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import values
from sitebuild.figures import autograd, storage
from sitebuild.pages.call import Call, Figure, Panel
from sitebuild.programs.snippet import Snippet
from sitebuild.project import Project, Run, Use
from sitebuild.run.capture import Shot
from sitebuild.view import View


def shots(call: Call, program: Snippet) -> Iterator[tuple[Figure, Shot]]:
    """Give every panel that a call asks for, as what the run has to take."""
    for figure in call.figures:
        for panel in figure.panels:
            yield figure, shot(figure, panel, call, program)


def shot(figure: Figure, panel: Panel, call: Call, program: Snippet) -> Shot:
    """Return what the run has to take for one panel."""
    section = panel.section or call.section or program.sections[-1].name
    return Shot(figure.kind, section, panel.names)


def wanted(project: Project) -> dict[str, list[Shot]]:
    """Return, for each program, the figures to take when it runs."""
    found: dict[str, set[Shot]] = {}
    for use in project.uses:
        program = project.programs.get(use.call.program)
        if program and use.call.figures:
            asked = {shot for _, shot in shots(use.call, program)}
            found.setdefault(program.name, set()).update(asked)
    return {name: sorted(figures) for name, figures in found.items()}


def check(use: Use, program: Snippet) -> Iterator[Fault]:
    """Give what is wrong with the figures of a call, before anything is run."""
    call = use.call
    if call.figures and (program.needs_cuda or program.is_benchmark):
        yield use.fault("figure-not-run", path=program.path)
        return
    sections = {section.name for section in program.sections}
    for figure in call.figures:
        for panel in figure.panels:
            if panel.section and panel.section not in sections:
                yield use.fault(
                    "no-such-section",
                    path=program.path,
                    section=panel.section,
                    sections=", ".join(sorted(sections)) or "none",
                )


def judge(use: Use, run: Run) -> Iterator[Fault]:
    """Give the figures that could not be had from a sound run."""
    result = run.results.get(use.call.program)
    if result is None:
        return  # what failed in the run is reported
    program = run.project.programs[use.call.program]
    for figure, taken in shots(use.call, program):
        where = f" (section {taken.section!r})" if taken.section else ""
        what = f"{taken.kind} of {program.name}{where}"
        data = result.figures.get(taken)
        if data is None:
            yield use.fault(
                "no-figure",
                what=f"{what}: the program ends before section {taken.section!r}",
                do="draw a section before the exception",
            )
        elif "error" in data:
            yield use.fault(
                "no-figure", what=f"{what}: {data['error']}", do=data["advice"]
            )
        elif "keys" in data and len(data["keys"]) != figure.columns:
            yield use.fault(
                "no-figure",
                what=f"{what}: {figure.columns} titles for the {len(data['keys'])} keys "
                f"of {taken.names[0]}",
                do=f"write a title for each of: {', '.join(data['keys'])}",
            )


def render(call: Call, view: View) -> Markup:
    """Return the HTML of all figures of `call`."""
    if call.program not in view.run.results:
        return Markup("")  # what failed is reported, and never published
    return Markup("").join(
        _figure(figure, call, view, f"figure-{view.number}-{index}")
        for index, figure in enumerate(call.figures, 1)
    )


def _figure(figure: Figure, call: Call, view: View, name: str) -> Markup:
    program = view.run.project.programs[call.program]
    taken = view.run.results[call.program].figures
    data = [taken.get(shot(figure, panel, call, program)) for panel in figure.panels]
    sound = [one for one in data if one and "error" not in one]
    if len(sound) < len(data):
        return Markup("")  # reported by `judge`
    drawn, legend = _drawn(figure, sound, view, name)
    shown = call.section or program.sections[-1].name
    ends = [panel.section or shown for panel in figure.panels]
    moments = [moment(program, end) if {*ends} != {shown} else "" for end in ends]
    return view.render(
        "figure.html.jinja",
        figure=figure,
        panels=list(zip(figure.panels, moments, drawn)),
        legend=legend,
    )


def _drawn(
    figure: Figure, data: list[dict[str, Any]], view: View, name: str
) -> tuple[list[Markup], list[str]]:
    """Return the drawing of each panel, and what the signs in them mean."""
    if figure.kind == "table":
        return [values.table(data[0]["rows"], figure.titles, view)], []
    if figure.kind == "chart":
        return [values.chart(data[0], figure.titles, view, name)], []
    drawn: list[Markup] = []
    legend: dict[str, None] = {}
    before = None
    for index, one in enumerate(data, 1):
        if figure.kind == "graph":
            svg, meant = autograd.draw(one, view.words.autograd, f"{name}-{index}")
        else:
            svg, meant = storage.draw(
                one, view.words.storage, f"{name}-{index}", before
            )
            before = one
        drawn.append(Markup(svg))
        legend |= dict.fromkeys(meant)
    return drawn, list(legend)


def moment(snippet: Snippet, section: str) -> str:
    """Return the last statement before `section` ends that does not only print."""
    last = snippet.section(section).last
    found: ast.stmt | None = None
    for statement in ast.parse(snippet.source).body:
        if statement.lineno > last:
            break
        prints = (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and ast.unparse(statement.value.func) == "print"
        )
        if not prints or found is None:
            found = statement
    while isinstance(found, ast.With):
        found = found.body[-1]
    assert found is not None  # `snippets.parse` refuses an empty program
    text = ast.get_source_segment(snippet.source, found) or ""
    first, _, rest = text.partition("\n")
    return f"{first} ..." if rest else first
