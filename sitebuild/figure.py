"""Put the figures that a fence asks for on its page, below the output."""

from __future__ import annotations

import ast
import html
from typing import Any

from sitebuild import figures, graph, storagemap, values
from sitebuild.pages import Call, Figure
from sitebuild.snippets import Snippet

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


def render(
    call: Call, snippet: Snippet, drawn: dict[str, Any], language: str, number: int
) -> str:
    """Return the HTML of all figures of `call`.

    Args:
        call: What the fence shows.
        snippet: The program that was run.
        drawn: The data of the figures: `Result.figures`.
        language: "ja" or "en".
        number: Of the fence on its page; makes the ids unique.
    """
    return "".join(
        _figure(figure, call, snippet, drawn, language, f"figure-{number}-{index}")
        for index, figure in enumerate(call.figures, 1)
    )


def _figure(
    figure: Figure,
    call: Call,
    snippet: Snippet,
    drawn: dict[str, Any],
    language: str,
    name: str,
) -> str:
    words = WORDS[language]
    shown = call.section or snippet.sections[-1].name
    panels, legend = [], []
    moments = {panel.section or shown for panel in figure.panels}
    before: dict[str, Any] | None = None
    for index, panel in enumerate(figure.panels, 1):
        section = panel.section or shown
        data = drawn.get(figures.key(figure.kind, section, list(panel.names)))
        if data is None or "error" in data:
            return ""  # reported by `build.check_figures`
        if figure.titles:
            if figure.kind == "table":
                shown = values.table(data, figure.titles, language)
            else:
                shown = values.chart(data, figure.titles, language, name)
            panels.append(f'<div class="figure-panel figure-wide">{shown}</div>')
            continue
        if figure.kind == "graph":
            svg, meant = graph.render(data, language, f"{name}-{index}")
        else:
            svg, meant = storagemap.render(data, language, f"{name}-{index}", before)
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
