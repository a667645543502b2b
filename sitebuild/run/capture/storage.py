"""Take which objects some names stand for, and which elements of which storage.

The counters of versions are told apart too: see `_counters`.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from typing import Any

from sitebuild.run.capture.tensors import is_array, is_tensor, memory_of, number

CELL_LIMIT = 24  # elements of one storage
_POSITIONS = 4096  # elements of one object that are looked at


def storage(names: Sequence[str], values: list[Any]) -> dict[str, Any]:
    """Return objects and storages behind `names`, and how they belong together."""
    objects = list({id(value): value for value in values}.values())
    versions = [_version(value) for value in objects]
    counters = _counters(objects, versions)
    described: list[dict[str, Any]] = [{} for _ in objects]
    storages: list[dict[str, Any]] = []
    for start, end, members in _regions(objects):
        unit = _itemsize(objects[members[0]])
        size = (end - start) // unit
        cells: dict[int, str] = {}
        for index in members:
            value = objects[index]
            described[index] = {
                "names": [n for n, known in zip(names, values) if known is value],
                **_object(value, start, unit, cells),
                "version": versions[index],
                "storage": len(storages),
                "counter": counters[index],
            }
        shown = [cells.get(cell, "") for cell in range(min(size, CELL_LIMIT))]
        whole = _all_cells([objects[index] for index in members], start, size)
        first = described[members[0]]
        storages.append(
            {
                "dtype": first["dtype"],
                "device": first["device"],
                "size": size,
                "values": whole or shown,
            }
        )
    return {"names": list(names), "objects": described, "storages": storages}


def _itemsize(value: Any) -> int:
    return int(value.itemsize if is_array(value) else value.element_size())


def _version(value: Any) -> int | None:
    try:
        return int(value._version) if is_tensor(value) else None
    except RuntimeError:  # an inference tensor has no counter
        return None


def _regions(objects: list[Any]) -> list[tuple[int, int, list[int]]]:
    """Return stretches of memory: start, end, and the indices of who is in it.

    One storage is one stretch, and so are those that overlap.
    """
    regions: list[list[Any]] = []
    for place, start, end, index in sorted(
        (*_region(value), index) for index, value in enumerate(objects)
    ):
        last = regions[-1] if regions else [None, 0, 0, []]
        if last[0] == place and (start < last[2] or place[1]):
            last[2] = max(last[2], end)
            last[3] = sorted([*last[3], index])
        else:
            regions.append([place, start, end, [index]])
    regions.sort(key=lambda region: region[3][0])
    return [(start, end, members) for _, start, end, members in regions]


def _region(value: Any) -> tuple[tuple[str, str], int, int]:
    """Return where the memory of `value` lies: device, start and end.

    The place has a second part, not empty, where memory has no address.
    """
    if is_tensor(value):
        start, size, identity = memory_of(value)
        if start and size:
            return (str(value.device), ""), start, start + size
        return (str(value.device), f"object {identity}"), 0, size
    while isinstance(value.base, type(value)):
        value = value.base
    if not value.size:
        return ("cpu", f"object {id(value)}"), 0, 0
    start, _ = value.__array_interface__["data"]
    steps = [(n - 1) * stride for n, stride in zip(value.shape, value.strides)]
    low = start + sum(step for step in steps if step < 0)
    high = start + sum(step for step in steps if step > 0)
    return ("cpu", ""), low, high + value.itemsize


def _all_cells(members: list[Any], start: int, size: int) -> list[str]:
    """Read a whole storage, also where no object has an element of it."""
    for value in members:
        if is_tensor(value) and value.device.type != "meta" and not _lazy(value):
            pointer, length, _ = memory_of(value)
            if pointer == start and length // value.element_size() == size:
                flat = value.detach().as_strided((min(size, CELL_LIMIT),), (1,), 0)
                return [number(element) for element in flat.tolist()]
    return []


def _lazy(value: Any) -> list[str]:
    """Say whether a tensor shows its memory conjugated or negated."""
    return [test for test in ("is_conj", "is_neg") if getattr(value, test, bool)()]


def _object(value: Any, start: int, unit: int, cells: dict[int, str]) -> dict[str, Any]:
    """Describe one tensor or array; put the values that it shows into `cells`."""
    size = _itemsize(value)
    lazy = _lazy(value)
    if is_array(value):
        shown, strides = value, [int(stride) for stride in value.strides]
        first, steps = value.__array_interface__["data"][0], strides
    else:
        shown, strides = value.detach(), list(value.stride())
        first = value.data_ptr() or start + value.storage_offset() * size
        steps = [stride * size for stride in strides]
    if "is_conj" in lazy:  # what lies in memory, not what is shown of it
        shown = shown.conj()
    if "is_neg" in lazy:
        shown = -shown
    device = str(getattr(value, "device", "cpu"))  # which arrays have since NumPy 2
    places = []
    positions = itertools.product(*map(range, value.shape))
    for position in itertools.islice(positions, _POSITIONS):
        offset = sum(i * step for i, step in zip(position, steps))
        cell = (first + offset - start) // unit
        if cell < CELL_LIMIT:
            places.append([cell, list(position)])
            if device != "meta":
                cells.setdefault(cell, number(shown[position].item()))
    return {
        "type": type(value).__name__,
        "array": is_array(value),
        "dtype": str(value.dtype).rpartition(".")[2],
        "device": device,
        "shape": [int(length) for length in value.shape],
        "strides": strides,  # of an array in bytes, as NumPy has it
        "offset": (first - start) // size,
        "requires_grad": bool(getattr(value, "requires_grad", False)),
        "leaf": bool(getattr(value, "is_leaf", False)),
        "lazy": lazy,
        "places": places,
    }


def _counters(objects: list[Any], versions: list[int | None]) -> list[int | None]:
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

    probe = max((v for v in versions if v is not None), default=0) + 1000
    count = 0
    for index, version in enumerate(versions):
        if version is None or found[index] is not None:
            continue
        try:
            put(objects[index], probe)
            for other in range(index, len(objects)):
                if versions[other] is not None and objects[other]._version == probe:
                    found[other] = count
        finally:
            put(objects[index], version)
        count += 1
    return found
