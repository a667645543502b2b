"""Show the values that a snippet has put together: as a table, as a chart."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from sitebuild.fences import charts
from sitebuild.view import View

SPAN = 100  # an axis whose values span more than this is logarithmic


def table(rows: Sequence[Sequence[Any]], titles: Sequence[str], view: View) -> Markup:
    """Return a table of `rows`, see `sitebuild.run.capture.values`, under `titles`.

    A column whose first value is a number is one of numbers.
    """
    firsts = [next((v for v in c if v is not None), None) for c in zip(*rows)]
    columns = list(zip(titles, firsts))
    return view.render("table.html.jinja", columns=columns, rows=rows, number=number)


def number(value: float) -> str:
    """Write a number: an integer in full, else six digits that count."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def chart(data: dict[str, Any], titles: Sequence[str], view: View, name: str) -> Markup:
    """Return a chart of series over x, and its numbers as a table."""
    x, series = data["x"], data["series"]
    line: str = view.words.values.line
    description = "".join(
        line.format(
            label=label,
            x=titles[0],
            first=number(x[0]),
            last=number(x[-1]),
            low=number(values[0]),
            high=number(values[-1]),
        )
        for label, values in series.items()
    )
    svg = charts.draw(
        view,
        name,
        x,
        {label: [[value] for value in values] for label, values in series.items()},
        xlabel=titles[0],
        ylabel=titles[1],
        description=description.strip(),
        colors=slice(1, None),
        log=(logarithmic(x), logarithmic([*itertools.chain(*series.values())])),
    )
    numbers = table([*zip(x, *series.values())], [titles[0], *series], view)
    return view.render("chart.html.jinja", svg=svg, table=numbers)


def logarithmic(values: Sequence[float]) -> bool:
    """Tell whether an axis with these values is logarithmic: see `SPAN`."""
    return min(values) > 0 and max(values) > SPAN * min(values)
