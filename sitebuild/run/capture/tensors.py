"""What tensors, arrays, storages and numbers are, on every torch since 1.9."""

from __future__ import annotations

import re
import sys
from typing import Any

MISSING = object()
_VALUES = 4  # elements of a `.grad` that are written out


def resolve(name: str, namespace: dict[str, Any]) -> Any:
    """Return a variable, or an attribute of one; `MISSING` if there is none."""
    first, *attributes = name.split(".")
    value = namespace.get(first, MISSING)
    for attribute in attributes:
        value = getattr(value, attribute, MISSING)
    return value


def is_tensor(value: Any) -> bool:
    """Whether this is a tensor; no import of torch, no tensor."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_array(value: Any) -> bool:
    """Whether this is a NumPy array."""
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


def short(tensor: Any) -> str:
    """Write a small tensor's values, a large one's shape."""
    if tensor.device.type == "meta" or tensor.numel() > _VALUES or tensor.dim() > 1:
        return f"shape {tuple(tensor.shape)}"
    values = tensor.detach().tolist()
    if tensor.dim() == 0:
        return number(values)
    return f"[{', '.join(number(value) for value in values)}]"


def memory_of(tensor: Any) -> tuple[int, int, int]:
    """Return the address of a tensor's storage, 0 if it has none, its size and an id."""
    try:
        if hasattr(tensor, "untyped_storage"):
            storage = tensor.untyped_storage()
        else:
            storage = tensor.storage()
    except NotImplementedError:  # on `meta`, before torch 1.13
        return 0, int(tensor.numel() * tensor.element_size()), id(tensor)
    if hasattr(storage, "nbytes"):
        size = int(storage.nbytes())
    else:  # before torch 1.10
        size = int(storage.size() * storage.element_size())
    return storage.data_ptr(), size, getattr(storage, "_cdata", id(tensor))


def place_of(tensor: Any) -> tuple[Any, ...]:
    """Return something that is equal for tensors of one storage."""
    pointer, _, identity = memory_of(tensor)
    # Storages without data (empty ones, and all on `meta`) have no address.
    return str(tensor.device), pointer or f"object {identity}"
