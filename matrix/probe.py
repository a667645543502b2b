import json
import warnings

import torch

DEVICE = "cpu"
VALUES = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def operation(x):
    return x.detach()


def source(kind, transposed=False):
    """A leaf that requires grad, a non-leaf or a plain tensor; never a view."""
    x = torch.tensor(VALUES, device=DEVICE)
    if transposed:  # clone() keeps the strides, and has memory of its own
        x = x.transpose(0, 1).contiguous().transpose(0, 1).clone()
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
    return result, error, texts


def strides(y):
    """Steps from one element to the next, counted in elements."""
    if torch.is_tensor(y):
        return str(y.stride())
    return str(tuple(step // y.itemsize for step in y.strides))


def is_inside(y, x):
    """Whether the first element of y lies in the memory of x."""
    address = y.data_ptr() if torch.is_tensor(y) else y.ctypes.data
    return 0 <= address - x.data_ptr() < x.numel() * x.element_size()


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
    facts = {}
    x = source(kind)
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
    _, facts["write_exception"], _ = attempt(set_first, y, 0)
    if not facts["write_exception"]:
        facts["write_seen"] = x.tolist() != values
        facts["version_noticed"] = x._version != version
    values = y.tolist()
    set_all(x, 7)
    facts["follows_source"] = y.tolist() != values
    return facts


torch.set_warn_always(True)
kinds = ("leaf", "nonleaf", "plain")
print(json.dumps({kind: probe(kind) for kind in kinds}, indent=1))
