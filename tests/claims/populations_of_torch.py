"""torch's own lists of its operations and modules, with what they take.

What holds of all of them has been tried on all of them; what a sample does not
show may still be.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_leaves, tree_map


def label(op: Any) -> str:
    """Name an operation as torch's list does."""
    return op.name + ("." + op.variant_test_name if op.variant_test_name else "")


def tensors(tree: Any) -> list[torch.Tensor]:
    """Return the tensors in nested lists and dicts."""
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def differentiable(tensor: torch.Tensor) -> bool:
    """Tell whether a tensor may require grad."""
    return tensor.is_floating_point() or tensor.is_complex()


def calls(
    *dtypes: torch.dtype, limit: int, prepare: Callable[[torch.Tensor], torch.Tensor]
) -> Iterator[tuple[str, list[torch.Tensor], Callable[[], Any]]]:
    """Yield name, tensors given, and call, for samples of each operation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for op, dtype in itertools.product(op_db, dtypes):
            if dtype not in op.supported_dtypes("cpu"):
                continue
            torch.manual_seed(0)
            # Not op.sample_inputs, which looks at the whole stack for each sample.
            samples = op.sample_inputs_func(op, "cpu", dtype, False)
            for sample in itertools.islice(samples, limit):
                given = tree_map(
                    lambda t: prepare(t) if isinstance(t, torch.Tensor) else t,
                    (sample.input, sample.args, sample.kwargs),
                )
                yield (
                    label(op),
                    tensors(given),
                    lambda op=op, g=given: op(g[0], *g[1], **g[2]),
                )


def modules(info: Any) -> Iterator[torch.nn.Module]:
    """Yield the modules that torch's own tests make of a class."""
    arguments = {"device": "cpu", "dtype": torch.float32, "requires_grad": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for given in info.module_inputs_func(info, training=True, **arguments):
            make = given.constructor_input
            module = info.module_cls(*make.args, **make.kwargs)
            if info.is_lazy:  # has no parameters before it is called
                module(*given.forward_input.args, **given.forward_input.kwargs)
            yield module
