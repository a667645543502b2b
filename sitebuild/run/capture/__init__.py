"""Take what a figure is drawn from, as plain data, while the program runs.

At the end of a section, `take` looks at the variables of the program and notes
what autograd and the storages hold, or the values that the program has put
together itself for a table or a chart. It changes nothing that the program
could notice, and the data has neither addresses nor ids in it: nodes, tensors
and storages are numbered in the order in which they are met, so that equal
runs give equal data. `sitebuild.figures` draws it.

Standard library only (torch and NumPy come with the program), and Python 3.9.
"""

from __future__ import annotations

from json import dumps
from traceback import format_exception_only
from typing import Any, NamedTuple

from sitebuild.run.capture.graph import Graph
from sitebuild.run.capture.storage import storage
from sitebuild.run.capture.tensors import MISSING, is_array, is_tensor, resolve
from sitebuild.run.capture.values import VALUES


class Shot(NamedTuple):
    """One figure to take: of these variables, when that section ends."""

    kind: str  # graph, storage, table or chart
    section: str
    names: tuple[str, ...]  # variables, or their attributes: ``layer.weight``


def take(shot: Shot, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the data of one figure.

    Args:
        shot: What to take; one variable for a table or a chart.
        namespace: The variables of the program, as they are now.

    Returns:
        The data, or ``{"error": ..., "advice": ...}`` where it cannot be had.
    """
    kind, _, names = shot
    if kind in VALUES:
        return VALUES[kind](names[0], namespace)
    arrays = kind == "storage"
    objects = []
    for name in names:
        value = resolve(name, namespace)
        if not (is_tensor(value) or (arrays and is_array(value))):
            fitting = [
                variable
                for variable, other in namespace.items()
                if is_tensor(other) or (arrays and is_array(other))
            ]
            what = (
                f"there is no variable {name!r}"
                if value is MISSING
                else f"{name!r} is of type {type(value).__name__}"
            )
            wanted = "tensor or array" if arrays else "tensor"
            return {
                "error": f"{what} where a {wanted} is needed",
                "advice": f"at that point there are: {', '.join(fitting) or 'none'}",
            }
        objects.append(value)
    return (
        storage(names, objects) if arrays else Graph(names, objects, namespace).data()
    )


def attempt(shot: Shot, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return what `take` does; an error, also of an object's own, spoils no run."""
    try:
        data = take(shot, namespace)
        dumps(data)
    except BaseException as error:
        message = "".join(format_exception_only(type(error), error)).strip()
        return {
            "error": f"cannot draw {' '.join(shot.names)}: {message}",
            "advice": "ask for other variables, or teach sitebuild/run/capture",
        }
    return data
