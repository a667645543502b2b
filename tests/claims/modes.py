"""What torch tests itself with, for the statements on modes: all, not one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_leaves, tree_map

# Kernels for GPUs, and samples that lie outside of the memory of a copy.
NOT_HERE = ("jiterator", "_flash_attention", "_efficient_attention", "partial_views")


def tensors(tree: Any) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def place(x: torch.Tensor) -> int | None:
    """What tells the storage of a tensor from others; None if there is nothing."""
    if x.layout != torch.strided or not x.numel():
        return None
    return x.untyped_storage().data_ptr()


def shares(x: torch.Tensor, others: list[torch.Tensor]) -> bool:
    return place(x) is not None and place(x) in {place(other) for other in others}


def copied(tree: Any, flags: bool = False) -> Any:
    """The same with copies of the tensors, made by the mode at hand."""

    def copy(x: Any) -> Any:
        if not isinstance(x, torch.Tensor):
            return x
        return x.detach().clone().requires_grad_(flags and x.requires_grad)

    return tree_map(copy, tree)


@cache
def operations() -> list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]]:
    """Two samples of each operation: its name, itself, what it is given."""
    from torch.testing._internal.common_methods_invocations import op_db

    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for op in op_db:
            if any(part in op.name + op.variant_test_name for part in NOT_HERE):
                continue
            for dtype in (torch.float32, torch.complex64, torch.int64):
                if dtype in op.dtypes:
                    flag = op.supports_autograd and dtype != torch.int64
                    # Not op.sample_inputs, which looks at the stack each time.
                    samples = op.sample_inputs_func(op, "cpu", dtype, flag)
                    for one in islice(samples, 2):
                        arguments = (one.input, *one.args)
                        found.append((op.name, op, arguments, one.kwargs))
                    break
    return found


def modules(
    dtype: torch.dtype, training: bool, limit: int = 4
) -> Iterator[tuple[str, Callable[[], nn.Module], tuple[Any, ...], dict[str, Any]]]:
    """Each module: its name, what makes it, what its forward is given."""
    from torch.testing._internal.common_modules import module_db

    for info in module_db:
        torch.manual_seed(0)
        inputs = info.module_inputs_func(
            info, device="cpu", dtype=dtype, requires_grad=False, training=training
        )
        for one in list(inputs)[:limit]:
            made, given = one.constructor_input, one.forward_input

            def make(info=info, made=made, given=given):
                torch.manual_seed(0)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    module = info.module_cls(*made.args, **made.kwargs)
                module.to(dtype).train(training)
                if info.is_lazy:
                    module(*given.args, **given.kwargs)
                return module

            name = info.name.removeprefix("nn.").replace("modules.", "")
            yield name, make, given.args, given.kwargs
