"""The figures that a `show` asks for in its header, drawn below the output."""

from __future__ import annotations

import ast
import html
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
        yield use.fault(
            "figure-not-run",
            f"{program.path} is not run by every build: it has no figures",
            "draw a snippet that runs on the CPU, or take the figure out",
        )
        return
    sections = {section.name for section in program.sections}
    for figure in call.figures:
        for panel in figure.panels:
            if panel.section and panel.section not in sections:
                yield use.fault(
                    "no-such-section",
                    f"{program.path} has no section {panel.section!r} to draw",
                    f"its sections: {', '.join(sorted(sections)) or 'none'}",
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
                f"{what}: the program ends before section {taken.section!r}",
                "draw a section before the exception",
            )
        elif "error" in data:
            yield use.fault("no-figure", f"{what}: {data['error']}", data["advice"])
        elif "keys" in data and len(data["keys"]) != figure.columns:
            yield use.fault(
                "no-figure",
                f"{what}: {figure.columns} titles for the {len(data['keys'])} keys "
                f"of {taken.names[0]}",
                f"write a title for each of: {', '.join(data['keys'])}",
            )


WORDS = {
    "ja": {
        "graph": "計算グラフ",
        "storage": "ストレージの図",
        "table": "表",
        "chart": "グラフ",
        "source": "実行中のオブジェクトから作図",
        "values": "実行中の値から作成",
        "after": "{0} のあと",
        "legend": "図の読み方",
        "scroll": "図（横にスクロールできます）",
    },
    "en": {
        "graph": "Computation graph",
        "storage": "Storage map",
        "table": "Table",
        "chart": "Chart",
        "source": "drawn from the objects of the run",
        "values": "made of the values of the run",
        "after": "after {0}",
        "legend": "How to read this",
        "scroll": "Figure (scrolls sideways)",
    },
}


def render(call: Call, view: View) -> Markup:
    """Return the HTML of all figures of `call`."""
    result = view.run.results.get(call.program)
    if result is None:
        return Markup("")
    snippet = view.run.project.programs[call.program]
    drawn = result.figures
    return Markup("").join(
        Markup(
            _figure(figure, call, snippet, drawn, view, f"figure-{view.number}-{index}")
        )
        for index, figure in enumerate(call.figures, 1)
    )


def _figure(
    figure: Figure,
    call: Call,
    snippet: Snippet,
    drawn: dict[Shot, dict[str, Any]],
    view: View,
    name: str,
) -> str:
    language = view.language.code
    words = WORDS[language]
    shown = call.section or snippet.sections[-1].name
    panels, legend = [], []
    moments = {panel.section or shown for panel in figure.panels}
    before: dict[str, Any] | None = None
    for index, panel in enumerate(figure.panels, 1):
        section = panel.section or shown
        data = drawn.get(shot(figure, panel, call, snippet))
        if data is None or "error" in data:
            return ""  # reported by `judge`
        if figure.titles:
            if figure.kind == "table":
                value = values.table(data, figure.titles, language)
            else:
                value = values.chart(data, figure.titles, language, name)
            panels.append(f'<div class="figure-panel figure-wide">{value}</div>')
            continue
        if figure.kind == "graph":
            svg, meant = autograd.draw(data, view.words.autograd, f"{name}-{index}")
        else:
            svg, meant = storage.draw(
                data, view.words.storage, f"{name}-{index}", before
            )
            before = data
        legend += [text for text in meant if text not in legend]
        label = ""
        if len(moments) > 1 or section != shown:
            line = html.escape(moment(snippet, section), quote=False)
            label = words["after"].format(f"<code>{line}</code>")
        elif len(figure.panels) > 1:
            label = f"<code>{html.escape(', '.join(panel.names))}</code>"
        if label:
            label = f'<p class="figure-moment">{label}</p>'
        panels.append(
            f'<div class="figure-panel">{label}<div class="figure-scroll" '
            f'tabindex="0" role="group" aria-label="{words["scroll"]}">{svg}</div></div>'
        )
    meaning = (
        f'<details class="figure-legend"><summary>{words["legend"]}</summary><ul>'
        + "".join(f"<li>{html.escape(text, quote=False)}</li>" for text in legend)
        + "</ul></details>"
        if legend
        else ""
    )
    names = ", ".join(
        dict.fromkeys(name for panel in figure.panels for name in panel.names)
    )
    return (
        '<figure class="figure" data-search-exclude><figcaption class="snippet-label">'
        f"{words[figure.kind]} <code>{html.escape(names)}</code> "
        f"<small>{words['values' if figure.titles else 'source']}</small></figcaption>"
        f'<div class="figure-panels">{"".join(panels)}</div>{meaning}</figure>'
    )


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
