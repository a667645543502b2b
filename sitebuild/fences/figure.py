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
    if use.call.figures and (program.needs_cuda or program.is_benchmark):
        yield use.fault("figure-not-run", path=program.path)


def judge(use: Use, run: Run) -> Iterator[Fault]:
    """Give the figures that could not be had from a sound run."""
    result = run.results.get(use.call.program)
    if result is None:
        return  # what failed in the run is reported
    program = run.project.programs[use.call.program]
    for figure, taken in shots(use.call, program):
        data = result.figures.get(taken)
        if data is None:
            what = f"the program ends before section {taken.section!r}"
            do = "draw a section before the exception"
        elif "error" in data:
            what, do = data["error"], data["advice"]
        elif "keys" in data and len(data["keys"]) != figure.columns:
            keys = data["keys"]
            what = (
                f"{figure.columns} titles for the {len(keys)} keys of {taken.names[0]}"
            )
            do = f"write a title for each of: {', '.join(keys)}"
        else:
            continue
        where = f" (section {taken.section!r})" if taken.section else ""
        what = f"{taken.kind} of {program.name}{where}: {what}"
        yield use.fault("no-figure", what=what, do=do)


def render(call: Call, view: View) -> Markup:
    """Return the HTML of all figures of `call`."""
    return Markup("").join(
        _figure(figure, call, view, f"figure-{view.number}-{index}")
        for index, figure in enumerate(call.figures, 1)
    )


def _figure(figure: Figure, call: Call, view: View, name: str) -> Markup:
    program = view.run.project.programs[call.program]
    result = view.run.results.get(call.program)
    taken = result.figures if result else {}
    data = [taken.get(shot(figure, panel, call, program)) for panel in figure.panels]
    sound = [one for one in data if one and "error" not in one]
    if len(sound) < len(data):
        return Markup("")  # reported, in the run or by `judge`, and never published
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
    drawings = []
    for index, one in enumerate(data, 1):
        if figure.kind == "graph":
            drawing = autograd.draw(one, view.words.autograd, f"{name}-{index}")
        else:
            before = data[index - 2] if index > 1 else None
            words = view.words.storage
            drawing = storage.draw(one, words, f"{name}-{index}", before)
        drawings.append(drawing)
    legend = dict.fromkeys(text for _, meant in drawings for text in meant)
    return [Markup(svg) for svg, _ in drawings], list(legend)


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
