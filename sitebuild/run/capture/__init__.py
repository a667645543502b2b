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
from sitebuild.run.capture.values import FORMS, values


class Shot(NamedTuple):
    """One figure to take: of these variables, when that section ends."""

    kind: str  # graph, storage, table or chart
    section: str
    names: tuple[str, ...]  # variables, or their attributes: ``layer.weight``


def take(shot: Shot, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the data of one figure, of these variables as they are now.

    Or ``{"error": ..., "advice": ...}``, where it cannot be had.
    """
    kind, _, names = shot
    if kind in FORMS:
        return values(kind, names[0], namespace)
    arrays = kind == "storage"

    def fits(value: Any) -> bool:
        return is_tensor(value) or (arrays and is_array(value))

    objects = [resolve(name, namespace) for name in names]
    for name, value in zip(names, objects):
        if not fits(value):
            what = f"{name!r} is of type {type(value).__name__}"
            if value is MISSING:
                what = f"there is no variable {name!r}"
            wanted = "tensor or array" if arrays else "tensor"
            fitting = ", ".join(n for n, other in namespace.items() if fits(other))
            return {
                "error": f"{what} where a {wanted} is needed",
                "advice": f"at that point there are: {fitting or 'none'}",
            }
    if arrays:
        return storage(names, objects)
    return Graph(names, objects, namespace).data()


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
