"""Of every optimizer and variant: does `step()` move the counter of parameters?

    python populations/optimizers.py

prints a row for each variant of each optimizer of torch's list, on the CPU.
"""

from __future__ import annotations

from typing import Any

import torch
from samples import MODIFIED, Row, close, counted, equal, print_rows, seed, short
from torch.testing._internal.common_optimizers import optim_db

STEPS = 3
DTYPES = (torch.float32, torch.float64, torch.bfloat16)
CHOICES = {"foreach", "fused", "capturable", "differentiable"}


def variants(info: Any) -> dict[str, dict[str, bool]]:
    """Return what tells the variants of an optimizer apart."""
    found = {"default": {}, "for-loop": {"foreach": False}}
    if "foreach" not in info.supported_impls:
        del found["for-loop"]
    for name in info.supported_impls:
        found[name] = {name: True}
    if info.has_capturable_arg:
        found["capturable"] = {"capturable": True}
    return found


def parameters(
    dtype: torch.dtype, sparse: bool, leaf: bool
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Return leaves, and parameters with gradients: the leaves, or copies of them."""
    seed()
    leaves = [torch.rand(size, dtype=dtype) + 0.5 for size in ((3, 4), (4, 4))]
    found = [p.requires_grad_() if leaf else p.requires_grad_().clone() for p in leaves]
    for p in found:
        gradient = torch.rand_like(p).detach()
        p.grad = gradient.to_sparse() if sparse else gradient
    return leaves, found


def row(number: int) -> list[Row]:
    """Return the rows of one optimizer."""
    info = optim_db[number]
    return [of(info, name, extra) for name, extra in variants(info).items()]


def of(info: Any, variant: str, extra: dict[str, bool]) -> Row:
    """Return the row of one variant."""
    seen: list[str] = []
    after: set[str] = set()
    steps, reason = 0, None
    for dtype in DTYPES:
        for given in info.optim_inputs_func(device="cpu"):
            if CHOICES & set(given.kwargs):
                continue
            kwargs = {**given.kwargs, **extra}
            try:
                found, came = trial(info, kwargs, dtype)
            except Exception as error:
                reason = reason or short(error)
                continue
            steps += 1 if kwargs.get("differentiable") else STEPS
            seen += found
            after |= came
    worst = [word for word in ("wrong", "raises", "right") if word in after]
    return {
        "name": info.name,
        "variant": variant,
        "steps": steps,
        "counter": counted(seen),
        "after": worst[0] if worst else None,
        "reason": None if steps else reason,
    }


def trial(
    info: Any, kwargs: dict[str, Any], dtype: torch.dtype
) -> tuple[list[str], set[str]]:
    """Take steps, each between forward and backward.

    Return what the counter did where values changed, and what came of backward.
    """
    leaf = not kwargs.get("differentiable")
    leaves, params = parameters(dtype, info.only_supports_sparse_grads, leaf)
    optimizer = info.optim_cls(params, **kwargs)
    closure = (lambda: torch.tensor(1.0)) if info.step_requires_closure else None
    seen, after = [], set()
    # The steps of a differentiable one are recorded: a second goes through the first.
    for _ in range(STEPS if leaf else 1):
        loss = sum((p * p).sum() for p in params)
        expected = [2 * p.detach() for p in params]
        before = [(p.detach().clone(), p._version) for p in params]
        optimizer.step(closure)
        changed = False
        for p, (values, version) in zip(params, before):
            if not equal(p.detach(), values):
                changed = True
                seen.append("moves" if p._version != version else "still")
        if not changed:
            continue
        try:
            got = torch.autograd.grad(loss, leaves)
        except RuntimeError as error:
            if MODIFIED not in str(error):
                raise
            after.add("raises")
        else:
            after.add("right" if close(expected, got) else "wrong")
    return seen, after


if __name__ == "__main__":
    print_rows(optim_db, row)
