"""The facts of the behaviour matrix, found out a second time in another way.

This shares nothing with matrix/probe.py but the list of operations and the names
of the facts. It runs in this process, on other values; each fact is asked of
something else: of autograd what it saves and complains of, of the bytes that a
tensor occupies, of the graph's nodes, of warnings that are errors.
"""

from __future__ import annotations

import re
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from sitebuild.fences.matrix.table import FACTS

VALUES = "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]"
DTYPES = {  # as torch.Tensor.type() and NumPy's array interface name them
    "torch.FloatTensor": "float32",
    "torch.DoubleTensor": "float64",
    "torch.HalfTensor": "float16",
    "torch.BFloat16Tensor": "bfloat16",
    "torch.LongTensor": "int64",
    "torch.IntTensor": "int32",
    "torch.BoolTensor": "bool",
    "torch.ComplexFloatTensor": "complex64",
    "torch.meta.FloatTensor": "float32",
    "<f4": "float32",
    "<f8": "float64",
}


def function(operation) -> Callable:
    """The operation as a function, built without the template."""
    lines = [*operation.setup.splitlines(), f"result = {operation.expression}"]
    code = "\n".join(lines)
    if operation.under:
        code = f"with {operation.under}:\n" + textwrap.indent(code, " ")
    if operation.imports:
        code = f"import {operation.imports}\n{code}"
    compiled = compile(code, "<operation>", "exec")

    def call(x):
        names = {"torch": torch, "x": x}
        exec(compiled, names)
        return names["result"]

    return call


def source(operation, kind, transposed=False, values="", double=False):
    """A source that is no view, and holds other values than the probe's."""
    numbers = np.array(eval(values or operation.values or VALUES)) + 10
    dtypes = (torch.float32, torch.float64, torch.complex64, torch.complex128)
    dtype = dtypes[2 * np.iscomplexobj(numbers) + double]
    shape, strides = numbers.shape, []
    order = list(range(len(shape)))
    if transposed:  # of a matrix, or of each of many
        order[-2:] = reversed(order[-2:])
    steps = dict(
        zip(reversed(order), np.cumprod([1, *(shape[d] for d in order[:0:-1])]))
    )
    strides = [int(steps[dimension]) for dimension in range(len(shape))]
    x = torch.empty_strided(shape, strides, dtype=dtype)
    for index in np.ndindex(*shape):
        x[index] = numbers[index].item()
    if kind != "plain":
        x.requires_grad_()
    return x.mul(1) if kind == "nonleaf" else x


@contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def told(error: BaseException) -> str:
    """An exception or a warning, as a traceback ends."""
    return "".join(traceback.format_exception_only(error)).strip()


def complaints(call, make) -> list[str]:
    """Every warning of a call, each found as the first error that is left."""
    found: list[str] = []
    known: list[tuple[str, type[Warning]]] = []
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for message, category in known:
                warnings.filterwarnings("ignore", re.escape(message), category)
            try:
                call(make())
            except Warning as warning:
                found.append(
                    re.sub(r" \(Triggered internally at .*\)", "", told(warning))
                )
                known.append((str(warning), type(warning)))
                continue
            except Exception:
                return found
            return found


def extent(value) -> tuple[int, int]:
    """The bytes from the first to the last that the elements can lie in."""
    if isinstance(value, np.ndarray):
        return np.lib.array_utils.byte_bounds(value)
    storage = value.untyped_storage()
    return storage.data_ptr(), storage.data_ptr() + storage.nbytes()


def overlap(y, x) -> bool:
    (first, last), (begin, end) = extent(y), extent(x)
    return first < end and begin < last


def bits(value) -> bytes:
    """The bits of every element of a tensor or an array, in order."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value).tobytes()
    copy = value.detach().resolve_conj().contiguous()
    return bytes(copy.reshape(-1).view(torch.uint8).tolist())


def follows(y, x) -> bool:
    """Whether a new value of any single element of the source shows in the result."""
    if isinstance(y, torch.Tensor) and y.is_meta:
        return False
    for index in np.ndindex(*x.shape):
        before = bits(y)
        with torch.no_grad():
            x[index] = 50
        if bits(y) != before:
            return True
    return False


def steps(y) -> str:
    """How far apart elements lie, by their addresses."""
    if isinstance(y, np.ndarray):
        strides, bytes_each = y.__array_interface__["strides"], y.nbytes // y.size
        if strides is None:  # NumPy says so of C order
            strides = np.zeros(y.shape, y.dtype).strides
        return str(tuple(step // bytes_each for step in strides))
    found = []
    with torch.no_grad():
        for dimension, length in enumerate(y.shape):
            if length == 1:  # there is no other element to ask
                found.append(y.stride(dimension))
                continue
            other = y.select(dimension, 1)
            if y.is_meta:  # there are no addresses
                found.append(other.storage_offset() - y.storage_offset())
                continue
            apart = other.data_ptr() - y.data_ptr()
            found.append(apart // y.element_size())
    return str(tuple(found))


def leads_to(y, x) -> tuple[bool, bool, str | None]:
    """Whether autograd has a gradient for the source, and for the result itself."""
    targets = [tensor for tensor in (x, y) if tensor.requires_grad]
    try:
        used = torch.add(y, 0)
        found = torch.autograd.grad(
            used, targets, torch.ones_like(used), allow_unused=True
        )
    except Exception as error:
        return False, False, told(error)
    reached = [t for t, gradient in zip(targets, found) if gradient is not None]
    return (
        any(tensor is x for tensor in reached),
        any(tensor is y for tensor in reached),
        None,
    )


def is_leaf(y) -> bool:
    """Whether the flag may be changed, which is refused for any other; changes it."""
    try:
        y.requires_grad_(not y.requires_grad)
    except RuntimeError as error:
        # Integers cannot require grad, and are leaves.
        return "you can only change requires_grad flags of leaf" not in str(error)
    return True


def becomes(call, x) -> str:
    """What the result is of a source, or its exception."""
    try:
        y = call(x)
    except Exception as error:
        return told(error)
    x.mark = True
    if hasattr(y, "mark"):
        return "same"
    if not isinstance(y, (torch.Tensor, np.ndarray)):
        return "value"
    return "shared" if overlap(y, x) else "own"


def otherwise(operation, call, kind) -> dict[str, str]:
    """What becomes of other sources, where it is something else."""
    here = becomes(call, source(operation, kind))
    found = {
        "usual": becomes(call, source(operation, kind, values=VALUES)),
        "transposed": becomes(call, source(operation, kind, transposed=True)),
        "float64": becomes(call, source(operation, kind, double=True)),
    }
    found = {other: is_ for other, is_ in found.items() if is_ != here}
    if not operation.values and ":" not in here:
        x = torch.empty(2, 3, device="meta", requires_grad=True)
        there = becomes(call, x)
        # Values that are asked for are not to be had there.
        if "Cannot copy out of meta tensor" in there:
            if here in ("same", "shared"):
                found["elsewhere"] = "own"
        elif isinstance(call(source(operation, kind)), np.ndarray):
            found["elsewhere"] = there.replace("meta", "lazy:0")
    return found


def second_way(operation, kind) -> dict[str, object]:
    """The facts of one row."""
    call = function(operation)
    facts: dict[str, object] = dict.fromkeys(FACTS)
    x, transposed = (source(operation, kind, turned) for turned in (False, True))
    facts["x"] = f"torch.tensor({eval(operation.values or VALUES)})"
    facts["x_dtype"] = DTYPES[x.type()]
    facts["x_device"] = "cpu" if x.is_cpu else "elsewhere"
    facts["x_strides"], facts["x_transposed"] = steps(x), steps(transposed)
    facts["warnings"] = complaints(call, lambda: source(operation, kind))
    with quiet():
        facts["otherwise"] = otherwise(operation, call, kind)
        return {**facts, **_facts(operation, call, kind)}


def _facts(operation, call, kind) -> dict[str, object]:
    x = source(operation, kind)
    assert not x._is_view()
    try:
        y = call(x)
    except Exception as error:
        return {"exception": told(error)}
    x.mark = True
    facts: dict[str, object] = {
        "same_object": hasattr(y, "mark"),
        "type": re.findall(r"\w+", str(type(y)))[-1],
    }
    if not isinstance(y, (torch.Tensor, np.ndarray)):
        return {**facts, "shares_storage": False}
    array = isinstance(y, np.ndarray)
    facts["dtype"] = DTYPES[y.__array_interface__["typestr"] if array else y.type()]
    facts["device"] = "cpu" if array or y.is_cpu else "meta" if y.is_meta else "?"
    if not array:
        node = y.grad_fn and y.grad_fn.name()
        facts["grad_fn"] = node and node.rpartition("::")[2]
        facts["is_leaf"] = is_leaf(call(source(operation, kind)))
        facts["requires_grad"] = torch.stack([y]).grad_fn is not None
        if facts["requires_grad"]:
            facts["gradient"], own, facts["gradient_exception"] = leads_to(y, x)
            facts["own_gradient"] = own and facts["is_leaf"]
        else:
            facts["gradient"] = facts["own_gradient"] = False

    facts["shares_storage"] = overlap(y, x)
    assert follows(y, x) == facts["shares_storage"], (operation.id, kind)

    try:
        facts["strides"] = steps(call(source(operation, kind, transposed=True)))
    except Exception as error:
        facts["strides"] = told(error)
    return {**facts, **_write(operation, call, kind)}


def _write(operation, call, kind) -> dict[str, object]:
    """Does autograd, which saved the source, complain of a write to the result?"""
    x = source(operation, kind)
    y = call(x)
    weight = torch.ones_like(x).detach().requires_grad_()
    used = x * weight  # saves x
    before = bits(x)
    try:
        with torch.no_grad():
            y[(-1,) * y.ndim] = 50
    except Exception as error:
        return {"write_exception": told(error)}
    if bits(x) == before:
        return {"write_seen": False}
    try:
        used.backward(torch.ones_like(used))
    except RuntimeError as error:
        noticed = "modified by an inplace operation" in str(error)
        return {"write_seen": True, "version_noticed": noticed or str(error)}
    return {"write_seen": True, "version_noticed": False}
