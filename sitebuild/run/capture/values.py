"""Take values that a program has put together itself: for a table, for a chart."""

from __future__ import annotations

import math
from typing import Any

from sitebuild.run.capture.tensors import MISSING

SERIES_LIMIT = 6  # lines of a chart; the style sheet has a colour for each


def _refuse(error: str, form: str) -> dict[str, Any]:
    return {"error": error, "advice": f"let the snippet bind {form}"}


def _missing(name: str, namespace: dict[str, Any], form: str) -> dict[str, Any]:
    variables = [n for n in namespace if not n.startswith("__")]
    there = f"there is no variable {name!r} among {', '.join(variables) or 'none'}"
    return _refuse(there, form)


def _table(name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the keys and the cells of a list of dicts."""
    form = f'{name} = [{{"key": cell, ...}}, ...], with the same keys in each dict'
    rows = namespace.get(name, MISSING)
    if rows is MISSING:
        return _missing(name, namespace, form)
    if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
        return _refuse(f"{name!r} is not a list of dicts with something in it", form)
    keys = list(rows[0])
    for index, row in enumerate(rows):
        if not isinstance(row, dict) or list(row) != keys:
            found = list(row) if isinstance(row, dict) else type(row).__name__
            return _refuse(f"{name}[{index}] has {found}, {name}[0] has {keys}", form)
        for key_, cell in row.items():
            if type(cell) not in (str, bool, int, float, type(None)):
                return {
                    "error": f"{name}[{index}][{key_!r}] is of type "
                    f"{type(cell).__name__}",
                    "advice": "a cell is a str, a bool, an int, a float or None",
                }
    return {"keys": [str(key_) for key_ in keys], "rows": [[*r.values()] for r in rows]}


def _chart(name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a chart: where on x, and the series by label."""
    form = f'{name} = {{"x": [1, 2], "series": {{"label": [3, 4]}}}}, all numbers'
    data = namespace.get(name, MISSING)
    if data is MISSING:
        return _missing(name, namespace, form)
    if not isinstance(data, dict) or set(data) != {"x", "series"}:
        return _refuse(f"{name!r} is not a dict with 'x' and 'series'", form)
    x, series = data["x"], data["series"]
    if not isinstance(series, dict) or not 1 <= len(series) <= SERIES_LIMIT:
        return _refuse(
            f"'series' of {name!r} is not a dict of 1 to {SERIES_LIMIT} labels", form
        )
    for label, values in [("x", x), *series.items()]:
        if not isinstance(values, list) or len(values) < 2 or len(values) != len(x):
            return _refuse(f"{label!r} is not a list of at least 2, as long as x", form)
        if not all(type(v) in (int, float) and math.isfinite(v) for v in values):
            return _refuse(f"{label!r} has what is no finite int or float", form)
    if not all(a < b for a, b in zip(x, x[1:])):
        return _refuse("'x' does not rise from each value to the next", form)
    return {"x": x, "series": {str(label): values for label, values in series.items()}}


VALUES = {"table": _table, "chart": _chart}
