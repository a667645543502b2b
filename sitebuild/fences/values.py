"""Show the values that a snippet has put together: as a table, as a chart."""

from __future__ import annotations

import html
import itertools
from collections.abc import Sequence
from typing import Any

WORDS = {
    "ja": {
        "yes": "はい",
        "no": "いいえ",
        "scroll": "表（横にスクロールできます）",
        "chart": "グラフ（横にスクロールできます）",
        "numbers": "表で見る",
        "line": "{label}: {x} が {first} のとき {low}、{last} のとき {high}。",
    },
    "en": {
        "yes": "yes",
        "no": "no",
        "scroll": "Table (scrolls sideways)",
        "chart": "Chart (scrolls sideways)",
        "numbers": "As a table",
        "line": "{label}: {low} at {first}, {high} at {last} ({x}). ",
    },
}
SPAN = 100  # an axis whose values span more than this is logarithmic


def table(data: dict[str, Any], titles: Sequence[str], language: str) -> str:
    """Return the HTML of a table: a row for each dict, a column for each key.

    Args:
        data: See `sitebuild.run.capture.values`.
        titles: Of the columns, in the page's language.
        language: "ja" or "en".
    """
    words = WORDS[language]
    head = "".join(
        f'<th scope="col"{_class(next((v for v in column if v is not None), None))}>{html.escape(title)}</th>'
        for title, column in zip(titles, zip(*data["rows"]))
    )
    rows = "".join(
        f"<tr>{_cell(first, words, row_head=True)}"
        f"{''.join(_cell(value, words) for value in rest)}</tr>"
        for first, *rest in data["rows"]
    )
    return (
        f'<div class="figure-values" tabindex="0" role="group" '
        f'aria-label="{words["scroll"]}"><table class="values">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(value: Any, words: dict[str, str], row_head: bool = False) -> str:
    if value is None:
        text = "–"
    elif isinstance(value, bool):
        mark = "y" if value else "n"  # what the style sheet draws before the word
        text = f'<span class="{mark}">{words["yes" if value else "no"]}</span>'
    elif isinstance(value, str):
        text = f"<code>{html.escape(value, quote=False)}</code>"
    else:
        text = number(value)
    tag = 'th scope="row"' if row_head else "td"
    return f"<{tag}{_class(value)}>{text}</{tag[:2]}>"


def _class(value: Any) -> str:
    """Return the class of a cell, which puts numbers at the right."""
    return ' class="number"' if type(value) in (int, float) else ""


def number(value: float) -> str:
    """Write a number: an integer in full, else six digits that count."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def chart(data: dict[str, Any], titles: Sequence[str], language: str, name: str) -> str:
    """Return the HTML of a chart of series over x, and its numbers as a table."""
    from sitebuild.figures import (
        chart as drawing,
    )  # matplotlib comes with the first chart

    words = WORDS[language]
    x, series = data["x"], data["series"]
    description = "".join(
        words["line"].format(
            label=label,
            x=titles[0],
            first=number(x[0]),
            last=number(x[-1]),
            low=number(values[0]),
            high=number(values[-1]),
        )
        for label, values in series.items()
    )
    svg = drawing.lines(
        name,
        x,
        {label: [[value] for value in values] for label, values in series.items()},
        xlabel=titles[0],
        ylabel=titles[1],
        description=description.strip(),
        colors=slice(1, None),
        log=(logarithmic(x), logarithmic([*itertools.chain(*series.values())])),
    )
    rows = [list(row) for row in zip(x, *series.values())]
    numbers = table({"rows": rows}, [titles[0], *series], language)
    return (
        f'<div class="chart" tabindex="0" role="group" aria-label="{words["chart"]}">'
        f"{svg}</div><details><summary>{words['numbers']}</summary>"
        f"{numbers}</details>"
    )


def logarithmic(values: Sequence[float]) -> bool:
    """Tell whether an axis with these values is logarithmic: see `SPAN`."""
    return min(values) > 0 and max(values) > SPAN * min(values)
