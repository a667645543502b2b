import json
import warnings

import torch

DEVICE = "cpu"
USUAL = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
VALUES = USUAL


def operation(x):
    return x.detach()


def source(kind, values=VALUES, transposed=False, double=False):
    """A leaf that requires grad, a non-leaf or a plain tensor; never a view."""
    x = torch.tensor(values, device=DEVICE)
    if double:
        x = x.to(torch.promote_types(x.dtype, torch.float64))
    if transposed:  # clone() keeps the strides, and has memory of its own
        x = x.transpose(-1, -2).contiguous().transpose(-1, -2).clone()
    if kind != "plain":
        x.requires_grad_()
    if kind == "nonleaf":
        x = x * 1
    return x


def attempt(function, *arguments):
    """Call the function: what it gives, its exception, its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result, error = function(*arguments), None
        except Exception as raised:
            result, error = None, f"{type(raised).__name__}: {raised}"
    texts = [f"{w.category.__name__}: {w.message}" for w in caught]
    return result, error, list(dict.fromkeys(texts))


def strides(y):
    """Steps from one element to the next, counted in elements."""
    if torch.is_tensor(y):
        return str(y.stride())
    return str(tuple(step // y.itemsize for step in y.strides))


def is_inside(y, x):
    """Whether the first element of y lies in the memory of x."""
    address = y.data_ptr() if torch.is_tensor(y) else y.ctypes.data
    return 0 <= address - x.data_ptr() < x.numel() * x.element_size()


def memory(kind, **other):
    """What the result is of a source: x, an alias, or not; or the error."""
    x = source(kind, **other)
    y, error, _ = attempt(operation, x)
    if error or y is x:
        return error or "same"
    if not hasattr(y, "ndim"):  # a Python number or list
        return "value"
    return "shared" if is_inside(y, x) else "own"


def otherwise(kind):
    """What the result is of other sources, where it is not the same."""
    others = {
        "usual": memory(kind, values=USUAL),
        "transposed": memory(kind, transposed=True),
        "float64": memory(kind, double=True),
    }
    usual = memory(kind)
    return {other: is_ for other, is_ in others.items() if is_ != usual}


def use_and_backward(y):
    used = y * 1
    used.backward(torch.ones_like(used))


def set_first(y, value):
    with torch.no_grad():
        y[(0,) * y.ndim] = value


def set_all(x, value):
    with torch.no_grad():
        x.fill_(value)


def probe(kind):
    x = source(kind)
    facts = {
        "x": f"torch.tensor({VALUES})",
        "x_dtype": str(x.dtype).replace("torch.", ""),
        "x_device": str(x.device),
        "x_strides": strides(x),
        "x_transposed": strides(source(kind, transposed=True)),
        "otherwise": otherwise(kind),
    }
    y, facts["exception"], facts["warnings"] = attempt(operation, x)
    if facts["exception"]:
        return facts
    facts["same_object"] = y is x
    facts["type"] = type(y).__name__
    if not hasattr(y, "ndim"):  # a Python number or list
        return facts

    facts["dtype"] = str(y.dtype).replace("torch.", "")
    facts["device"] = str(getattr(y, "device", "cpu"))
    other, error, _ = attempt(operation, source(kind, transposed=True))
    facts["strides"] = error or strides(other)
    if torch.is_tensor(y):
        facts["requires_grad"] = y.requires_grad
        facts["is_leaf"] = y.is_leaf
        facts["grad_fn"] = y.grad_fn and type(y.grad_fn).__name__
        facts["gradient"] = facts["own_gradient"] = False
        if y.requires_grad:
            if x.requires_grad:
                x.retain_grad()
            _, facts["gradient_exception"], _ = attempt(use_and_backward, y)
            facts["gradient"] = x.grad is not None
            facts["own_gradient"] = y.is_leaf and y.grad is not None

    facts["shares_storage"] = is_inside(y, x)
    values, version = x.tolist(), x._version
    _, facts["write_exception"], _ = attempt(set_first, y, 9)
    if not facts["write_exception"]:
        facts["write_seen"] = x.tolist() != values
        facts["version_noticed"] = x._version != version
    values, _, _ = attempt(y.tolist)  # on the device "meta" there are none
    set_all(x, 7)
    facts["follows_source"] = attempt(y.tolist)[0] != values
    return facts


torch.set_warn_always(True)
kinds = ("leaf", "nonleaf", "plain")
print(json.dumps({kind: probe(kind) for kind in kinds}, indent=1))
