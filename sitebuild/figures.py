"""Take down, as plain data, what a figure is drawn from; it runs in the run.

At the end of a section, `capture` looks at the variables of the snippet and
notes what autograd and the storages hold. It changes nothing that the snippet
could notice, and the data has neither addresses nor ids in it: nodes, tensors
and storages are numbered in the order in which they are met, so that equal
runs give equal data. `sitebuild.graph` and `sitebuild.storagemap` draw it.
Tables and charts are of values that the snippet has put together itself;
`sitebuild.values` shows them.

Standard library only (torch and NumPy come with the snippet), and Python 3.9.
"""

from __future__ import annotations

import itertools
import math
import re
import sys
from typing import Any

KINDS = ("graph", "storage", "table", "chart")
NODE_LIMIT = 120  # backward nodes; a graph is looked at by people
CELL_LIMIT = 24  # elements of one storage
SERIES_LIMIT = 6  # lines of a chart; the style sheet has a colour for each
_VALUES = 4  # elements of a `.grad` that are written out

_VERSIONS = re.compile(r"is at version (\d+); expected version (\d+)")


def key(kind: str, section: str, names: list[str]) -> str:
    """Return the name under which a figure's data stands in a result."""
    return f"{kind} {section}: {' '.join(names)}"


def capture(kind: str, names: list[str], namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the data of one figure of the variables `names`.

    Args:
        kind: One of `KINDS`.
        names: Variables, or their attributes: ``layer.weight``; one variable
            for a table or a chart.
        namespace: The variables of the snippet, as they are now.

    Returns:
        The data, or ``{"error": ..., "advice": ...}`` where it cannot be had.
    """
    if kind in _VALUES_OF:
        return _VALUES_OF[kind](names[0], namespace)
    arrays = kind == "storage"
    objects = []
    for name in names:
        value = _resolve(name, namespace)
        if not (_is_tensor(value) or (arrays and _is_array(value))):
            fitting = [
                variable
                for variable, other in namespace.items()
                if _is_tensor(other) or (arrays and _is_array(other))
            ]
            what = (
                f"there is no variable {name!r}"
                if value is _MISSING
                else f"{name!r} is of type {type(value).__name__}"
            )
            wanted = "tensor or array" if arrays else "tensor"
            return {
                "error": f"{what} where a {wanted} is needed",
                "advice": f"at that point there are: {', '.join(fitting) or 'none'}",
            }
        objects.append(value)
    return (
        _storage(names, objects) if arrays else _Graph(names, objects, namespace).data()
    )


def attempt(kind: str, names: list[str], namespace: dict[str, Any]) -> dict[str, Any]:
    """Return what `capture` does; an error of its own spoils no run."""
    try:
        return capture(kind, names, namespace)
    except Exception as error:
        return {
            "error": f"cannot draw {' '.join(names)}: {type(error).__name__}: {error}",
            "advice": "ask for other variables, or teach sitebuild/figures.py",
        }


_MISSING = object()


def _resolve(name: str, namespace: dict[str, Any]) -> Any:
    first, *attributes = name.split(".")
    value = namespace.get(first, _MISSING)
    for attribute in attributes:
        value = getattr(value, attribute, _MISSING)
    return value


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def number(value: Any) -> str:
    """Write a number in few characters, the same on every machine."""
    if isinstance(value, complex):
        imaginary = number(value.imag)
        sign = "" if imaginary.startswith("-") else "+"
        return f"{number(value.real)}{sign}{imaginary}j"
    if isinstance(value, float):
        text = f"{value:.4g}"
        return f"{text}.0" if re.fullmatch(r"-?\d+", text) else text
    return str(value)


def _short(tensor: Any) -> str:
    """Write a small tensor's values, a large one's shape."""
    if tensor.device.type == "meta" or tensor.numel() > _VALUES or tensor.dim() > 1:
        return f"shape {tuple(tensor.shape)}"
    values = tensor.detach().tolist()
    if tensor.dim() == 0:
        return number(values)
    return f"[{', '.join(number(value) for value in values)}]"


def _storage_of(tensor: Any) -> Any:
    """Return a tensor's storage, under whichever name this torch has it."""
    try:
        if hasattr(tensor, "untyped_storage"):
            return tensor.untyped_storage()
        return tensor.storage()
    except NotImplementedError:  # on `meta`, before torch 1.13
        return None


def _nbytes(storage: Any, tensor: Any) -> int:
    """Return the size of a storage, or of `tensor` where it has none."""
    if not storage:
        return int(tensor.numel() * tensor.element_size())
    if hasattr(storage, "nbytes"):
        return int(storage.nbytes())
    return int(storage.size() * storage.element_size())  # before torch 1.10


def _place(tensor: Any) -> tuple[Any, ...]:
    """Return something that is equal for tensors of one storage."""
    storage = _storage_of(tensor)
    pointer = storage.data_ptr() if storage else 0
    # Storages without data (empty ones, and all on `meta`) have no address.
    return (
        str(tensor.device),
        pointer or f"object {getattr(storage, '_cdata', id(tensor))}",
    )


# --- the graph -------------------------------------------------------------


class _Graph:
    """The graph that autograd holds behind some tensors.

    The nodes that were met are kept alive while walking: Python's wrapper of
    a node, and so its id, is gone as soon as nobody holds it.
    """

    def __init__(
        self, names: list[str], roots: list[Any], namespace: dict[str, Any]
    ) -> None:
        self.named: dict[int, tuple[Any, list[str]]] = {}
        for name, value in [*namespace.items(), *zip(names, roots)]:
            if _is_tensor(value) and not name.startswith("__"):
                known = self.named.setdefault(id(value), (value, []))[1]
                if name not in known:
                    known.append(name)
        for name, value in namespace.items():  # layer -> layer.weight
            if callable(getattr(value, "named_parameters", None)) and not isinstance(
                value, type
            ):
                for path, parameter in value.named_parameters():
                    self.named.setdefault(
                        id(parameter), (parameter, [f"{name}.{path}"])
                    )
        self.names = names
        self.roots = roots
        self.nodes: list[Any] = []
        self.number: dict[int, int] = {}
        self.tensors: list[Any] = []
        self.cuts: list[list[int]] = []
        self.saved: list[list[dict[str, Any]]] = []

    def data(self) -> dict[str, Any]:
        """Walk, and return what was found."""
        for root in self.roots:
            self._walk(root)
        # A tensor that was cut off is drawn beside the one it was cut from.
        for root in self.roots:
            if root.grad_fn is None:
                for other, _ in list(self.named.values()):
                    if (
                        other is not root
                        and other.requires_grad
                        and _place(other) == _place(root)
                    ):
                        self._walk(other)
        if len(self.nodes) > NODE_LIMIT:
            return {
                "error": f"a graph of more than {NODE_LIMIT} backward nodes",
                "advice": "draw a smaller part of it: nobody reads so large a picture",
            }
        for node in self.nodes:
            if hasattr(node, "variable"):
                self._add(node.variable)
        for tensor, _ in self.named.values():
            if tensor.grad_fn is not None and id(tensor.grad_fn) in self.number:
                self._add(tensor)
        self.saved = [self._saved(node) for node in self.nodes]
        self._find_cuts()
        return {
            "names": self.names,
            "roots": [self._add(root) for root in self.roots],
            "tensors": [self._tensor(tensor) for tensor in self.tensors],
            "nodes": [
                {
                    "name": node.name().rpartition("::")[2],
                    "next": [
                        None if other is None else [self.number[id(other)], output]
                        for other, output in node.next_functions
                    ],
                    "variable": (
                        self._add(node.variable) if hasattr(node, "variable") else None
                    ),
                    "saved": saved,
                }
                for node, saved in zip(self.nodes, self.saved)
            ],
            "cuts": self.cuts,
        }

    def _walk(self, root: Any) -> None:
        self._add(root)
        waiting = [root.grad_fn]
        while waiting and len(self.nodes) <= NODE_LIMIT:
            node = waiting.pop(0)
            if node is None or id(node) in self.number:
                continue
            self.number[id(node)] = len(self.nodes)
            self.nodes.append(node)
            waiting += [other for other, _ in node.next_functions]

    def _add(self, tensor: Any) -> int:
        for index, known in enumerate(self.tensors):
            if known is tensor:
                return index
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def _tensor(self, tensor: Any) -> dict[str, Any]:
        leaf = bool(tensor.is_leaf)
        # Reading .grad elsewhere would warn, in the midst of the output.
        retains = bool(getattr(tensor, "retains_grad", False))
        grad = tensor.grad if leaf or retains else None
        return {
            "names": self.named.get(id(tensor), (tensor, []))[1],
            "leaf": leaf,
            "requires_grad": bool(tensor.requires_grad),
            "node": self.number.get(id(tensor.grad_fn)),
            "output": 0 if leaf else tensor.output_nr,
            "retains_grad": retains,
            "grad": None if grad is None else _short(grad),
        }

    def _saved(self, node: Any) -> list[dict[str, Any]]:
        """Return what `node` keeps for the backward pass: tensors only."""
        found = []
        for attribute in dir(node):
            if attribute.startswith("_saved_"):
                name = attribute[len("_saved_") :]
            elif attribute == "saved_tensors":  # a torch.autograd.Function
                name = ""
            else:
                continue
            raw = getattr(node, f"_raw{attribute}", None)
            state: dict[str, Any] = {"state": "kept"}
            try:
                value = getattr(node, attribute)
            except RuntimeError as error:
                moved = _VERSIONS.search(str(error))
                state["state"] = "changed" if moved else "freed"
                value = None
                if moved:
                    state["version"] = [int(moved[2]), int(moved[1])]
                    value = getattr(raw, "data", None)
                if value is None:
                    found.append({"as": name, "tensor": None, "own": False, **state})
            values = value if isinstance(value, (list, tuple)) else [value]
            for index, tensor in enumerate(values):
                if _is_tensor(tensor):
                    part = f"{index}" if isinstance(value, (list, tuple)) else ""
                    found.append(
                        {
                            "as": ".".join(filter(None, (name, part))),
                            "tensor": self._find(tensor),
                            "own": tensor.grad_fn is node,
                            **state,
                        }
                    )
        return found

    def _find(self, saved: Any) -> int | None:
        """Return the tensor of the program that a saved one is, if it has a name."""
        if id(saved) in self.named:
            return self._add(saved)
        layout = (saved.shape, saved.dtype, saved.requires_grad)
        if saved.layout != getattr(sys.modules["torch"], "strided", None):
            return None
        for tensor in [*self.tensors, *(t for t, _ in self.named.values())]:
            if (
                (tensor.shape, tensor.dtype, tensor.requires_grad) == layout
                and tensor.grad_fn is saved.grad_fn
                and (saved.grad_fn is None or tensor.output_nr == saved.output_nr)
                and _place(tensor) == _place(saved)
                and tensor.storage_offset() == saved.storage_offset()
                and tensor.stride() == saved.stride()
            ):
                return self._add(tensor)
        return None

    def _find_cuts(self) -> None:
        """Find the leaves, not in the graph, on the memory of a tensor in it."""
        inside = [
            tensor
            for tensor in self.tensors
            if tensor.requires_grad
            and (
                id(tensor.grad_fn) in self.number
                or any(getattr(n, "variable", None) is tensor for n in self.nodes)
                or any(tensor is root for root in self.roots)
            )
        ]
        # The other side of the cut of a root may be a leaf that no node leads to.
        for root in self.roots:
            if not root.requires_grad:
                inside += [
                    t
                    for t in self.tensors
                    if t.requires_grad
                    and _place(t) == _place(root)
                    and not any(t is other for other in inside)
                ]
        for tensor, _ in list(self.named.values()):
            if not tensor.is_leaf or any(tensor is other for other in inside):
                continue
            for other in inside:
                if _place(tensor) == _place(other):
                    self.cuts.append([self._add(other), self._add(tensor)])
                    break


# --- the storage map -------------------------------------------------------


def _storage(names: list[str], values: list[Any]) -> dict[str, Any]:
    """Return objects and storages behind `names`, and how they belong together."""
    objects: list[Any] = []
    known_as: list[list[str]] = []
    for name, value in zip(names, values):
        for index, known in enumerate(objects):
            if known is value:
                known_as[index].append(name)
                break
        else:
            objects.append(value)
            known_as.append([name])

    # One storage is a stretch of memory; stretches that overlap are one.
    regions: list[list[Any]] = []  # place, start, end, indices of objects
    for index, value in enumerate(objects):
        place, start, end = _region(value)
        together = [
            region
            for region in regions
            if region[0] == place
            and ((start < region[2] and region[1] < end) or place[1])
        ]
        merged = [place, start, end, [index]]
        for region in together:
            regions.remove(region)
            merged[1] = min(merged[1], region[1])
            merged[2] = max(merged[2], region[2])
            merged[3] = sorted(merged[3] + region[3])
        regions.append(merged)
    regions.sort(key=lambda region: region[3][0])

    counters = _counters(objects)
    described: list[dict[str, Any]] = [{} for _ in objects]
    storages = []
    for count, (_, start, end, members) in enumerate(regions):
        unit = objects[members[0]].itemsize if _is_array(objects[members[0]]) else None
        unit = unit or objects[members[0]].element_size()
        cells: dict[int, str] = {}
        for index in members:
            described[index] = _object(
                objects[index], known_as[index], start, unit, cells
            )
            described[index]["storage"] = count
            described[index]["counter"] = counters[index]
        size = (end - start) // unit
        whole = _all_cells(objects, members, start, end, size)
        storages.append(
            {
                "dtype": described[members[0]]["dtype"],
                "device": described[members[0]]["device"],
                "size": size,
                "values": whole
                or [cells.get(cell, "") for cell in range(min(size, CELL_LIMIT))],
            }
        )
    return {"names": names, "objects": described, "storages": storages}


def _region(value: Any) -> tuple[tuple[str, Any], int, int]:
    """Return where the memory of `value` lies: device, start and end.

    The place has a second part, not empty, where memory has no address.
    """
    if _is_tensor(value):
        storage = _storage_of(value)
        nbytes = _nbytes(storage, value)
        start = storage.data_ptr() if storage else 0
        if start and nbytes:
            return (str(value.device), None), start, start + nbytes
        return (str(value.device), _place(value)[1]), 0, nbytes
    while isinstance(value.base, type(value)):
        value = value.base
    start, _ = value.__array_interface__["data"]
    low = high = start
    for length, stride in zip(value.shape, value.strides):
        low, high = (
            (low, high + (length - 1) * stride)
            if stride > 0
            else (low + (length - 1) * stride, high)
        )
    if not value.size:
        return ("cpu", f"object {id(value)}"), 0, 0
    return ("cpu", None), low, high + value.itemsize


def _all_cells(
    objects: list[Any], members: list[int], start: int, end: int, size: int
) -> list[str]:
    """Read a whole storage, also where no object has an element of it."""
    for index in members:
        value = objects[index]
        if _is_tensor(value) and value.device.type != "meta" and not _lazy(value):
            storage = _storage_of(value)
            length = _nbytes(storage, value) // value.element_size()
            if storage.data_ptr() == start and length == size:
                few = min(size, CELL_LIMIT)
                flat = value.detach().as_strided((few,), (1,), 0)
                return [number(element) for element in flat.tolist()]
    return []


def _lazy(tensor: Any) -> list[str]:
    """Say whether a tensor shows its memory conjugated or negated."""
    return [test for test in ("is_conj", "is_neg") if getattr(tensor, test, bool)()]


def _object(
    value: Any, names: list[str], start: int, unit: int, cells: dict[int, str]
) -> dict[str, Any]:
    """Describe one tensor or array; put the values that it shows into `cells`."""
    array = _is_array(value)
    shape = [int(length) for length in value.shape]
    if array:
        size, first = value.itemsize, value.__array_interface__["data"][0]
        strides = [int(stride) for stride in value.strides]
        in_bytes = strides
    else:
        size, first = value.element_size(), value.data_ptr() or start
        strides = list(value.stride())
        in_bytes = [stride * size for stride in strides]
        if not value.data_ptr():
            first = start + value.storage_offset() * size
    readable = array or value.device.type != "meta"
    indices = itertools.islice(
        itertools.product(*(range(length) for length in shape)), 4096
    )
    places: list[list[Any]] = []
    beyond = 0
    lazy = [] if array else _lazy(value)
    shown = value if array else value.detach()
    if "is_conj" in lazy:  # what lies in memory, not what is shown of it
        shown = shown.conj()
    if "is_neg" in lazy:
        shown = -shown
    for position in indices:
        offset = sum(i * stride for i, stride in zip(position, in_bytes))
        cell = (first + offset - start) // unit
        if cell >= CELL_LIMIT:
            beyond += 1
            continue
        places.append([cell, list(position)])
        if readable:
            cells.setdefault(cell, number(shown[position].item()))
    count = 1
    for length in shape:
        count *= length
    version = None
    if not array:
        try:
            version = int(value._version)
        except RuntimeError:  # an inference tensor has no counter
            version = None
    return {
        "names": names,
        "type": type(value).__name__,
        "array": array,
        "dtype": str(value.dtype).rpartition(".")[2],
        "device": "cpu" if array else str(value.device),
        "shape": shape,
        "strides": strides,  # of an array in bytes, as NumPy has it
        "offset": (first - start) // size,
        "requires_grad": False if array else bool(value.requires_grad),
        "leaf": False if array else bool(value.is_leaf),
        "version": version,
        "lazy": lazy,
        "places": places,
        "beyond": beyond + max(0, count - 4096),
    }


def _counters(objects: list[Any]) -> list[int | None]:
    """Number the version counters: objects with one number share one.

    That two counters stand at the same value proves nothing. So one is set to
    a value that no other has, it is looked who follows, and it is set back to
    what it was, all between two statements of the snippet: nothing that the
    snippet can see has changed. Where torch is too old to set a counter, all
    are None: what cannot be decided is not drawn.
    """
    torch = sys.modules.get("torch")
    autograd = getattr(getattr(torch, "_C", None), "_autograd", None)
    set_counter = getattr(autograd, "_unsafe_set_version_counter", None)
    found: list[int | None] = [None] * len(objects)
    if set_counter is None:
        return found

    def put(tensor: Any, version: int) -> None:
        try:
            set_counter((tensor,), (version,))
        except TypeError:  # before torch 2.6
            set_counter(tensor, version)

    counters = []
    for value in objects:
        try:
            counters.append(value._version if _is_tensor(value) else None)
        except RuntimeError:  # an inference tensor
            counters.append(None)
    count = 0
    for index, version in enumerate(counters):
        if version is None or found[index] is not None:
            continue
        probe = max(v for v in counters if v is not None) + 1000
        try:
            put(objects[index], probe)
            for other in range(index, len(objects)):
                if counters[other] is not None and objects[other]._version == probe:
                    found[other] = count
        finally:
            put(objects[index], version)
        count += 1
    return found


# --- values ----------------------------------------------------------------


def _refuse(error: str, form: str) -> dict[str, Any]:
    return {"error": error, "advice": f"let the snippet bind {form}"}


def _missing(name: str, namespace: dict[str, Any], form: str) -> dict[str, Any]:
    variables = [n for n in namespace if not n.startswith("__")]
    there = f"there is no variable {name!r} among {', '.join(variables) or 'none'}"
    return _refuse(there, form)


def _table(name: str, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return the keys and the cells of a list of dicts."""
    form = f'{name} = [{{"key": cell, ...}}, ...], with the same keys in each dict'
    rows = namespace.get(name, _MISSING)
    if rows is _MISSING:
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
    data = namespace.get(name, _MISSING)
    if data is _MISSING:
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


_VALUES_OF = {"table": _table, "chart": _chart}
