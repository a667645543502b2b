"""Take values that a program has put together itself: for a table, for a chart."""

from __future__ import annotations

import math
from typing import Any

from sitebuild.run.capture.tensors import MISSING

SERIES_LIMIT = 6  # lines of a chart; the style sheet has a colour for each
FORMS = {
    "table": '{} = [{{"key": cell, ...}}, ...], with the same keys in each dict; '
    "a cell is a str, a bool, an int, a float or None",
    "chart": '{} = {{"x": [1, 2], "series": {{"label": [3, 4]}}}}, all numbers',
}


def values(kind: str, name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a table or a chart, or what is wrong with the variable."""
    value = namespace.get(name, MISSING)
    try:
        if value is MISSING:
            others = ", ".join(n for n in namespace if not n.startswith("__"))
            raise ValueError(f"there is no variable {name!r} among {others or 'none'}")
        return _table(name, value) if kind == "table" else _chart(name, value)
    except ValueError as error:
        form = FORMS[kind].format(name)
        return {"error": str(error), "advice": f"let the snippet bind {form}"}


def _table(name: str, rows: Any) -> dict[str, Any]:
    """Return the keys and the cells of a list of dicts."""
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        raise ValueError(f"{name!r} is not a list of dicts with something in it")
    keys = list(rows[0])
    for index, row in enumerate(rows):
        if not isinstance(row, dict) or list(row) != keys:
            found = list(row) if isinstance(row, dict) else type(row).__name__
            raise ValueError(f"{name}[{index}] has {found}, {name}[0] has {keys}")
        for key, cell in row.items():
            if type(cell) not in (str, bool, int, float, type(None)):
                of = type(cell).__name__
                raise ValueError(f"{name}[{index}][{key!r}] is of type {of}")
    return {"keys": [str(key) for key in keys], "rows": [[*r.values()] for r in rows]}


def _chart(name: str, data: Any) -> dict[str, Any]:
    """Return the numbers of a chart: where on x, and the series by label."""
    if not isinstance(data, dict) or set(data) != {"x", "series"}:
        raise ValueError(f"{name!r} is not a dict with 'x' and 'series'")
    x, series = data["x"], data["series"]
    if not isinstance(series, dict) or not 1 <= len(series) <= SERIES_LIMIT:
        labels = f"1 to {SERIES_LIMIT} labels"
        raise ValueError(f"'series' of {name!r} is not a dict of {labels}")
    for label, values in [("x", x), *series.items()]:
        if not isinstance(values, list) or len(values) < 2 or len(values) != len(x):
            raise ValueError(f"{label!r} is not a list of at least 2, as long as x")
        if not all(type(v) in (int, float) and math.isfinite(v) for v in values):
            raise ValueError(f"{label!r} has what is no finite int or float")
    if not all(a < b for a, b in zip(x, x[1:])):
        raise ValueError("'x' does not rise from each value to the next")
    return {"x": x, "series": {str(label): values for label, values in series.items()}}
