"""Take which objects some names stand for, and which elements of which storage.

The counters of versions are told apart too: see `_counters`.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from typing import Any

from sitebuild.run.capture.tensors import (
    is_array,
    is_tensor,
    nbytes,
    number,
    place_of,
    storage_of,
)

CELL_LIMIT = 24  # elements of one storage


def storage(names: Sequence[str], values: list[Any]) -> dict[str, Any]:
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
        unit = objects[members[0]].itemsize if is_array(objects[members[0]]) else None
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
    return {"names": list(names), "objects": described, "storages": storages}


def _region(value: Any) -> tuple[tuple[str, Any], int, int]:
    """Return where the memory of `value` lies: device, start and end.

    The place has a second part, not empty, where memory has no address.
    """
    if is_tensor(value):
        memory = storage_of(value)
        size = nbytes(memory, value)
        start = memory.data_ptr() if memory else 0
        if start and size:
            return (str(value.device), None), start, start + size
        return (str(value.device), place_of(value)[1]), 0, size
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
        if is_tensor(value) and value.device.type != "meta" and not _lazy(value):
            memory = storage_of(value)
            length = nbytes(memory, value) // value.element_size()
            if memory.data_ptr() == start and length == size:
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
    array = is_array(value)
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
            counters.append(value._version if is_tensor(value) else None)
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
