"""Tensors of many kinds, on which statements about any tensor are tried."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import SampleInput


class Subclass(torch.Tensor):
    """What users derive from a tensor."""


def leaf(*values: float) -> Tensor:
    """Return a leaf tensor that requires grad."""
    return torch.tensor(values or (1.0,), requires_grad=True)


def _inference() -> Tensor:
    with torch.inference_mode():
        return torch.ones(2)


def _quiet(make: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """Leave out what torch says of layouts and classes in beta."""

    def made() -> Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return make()

    return made


STRIDED: dict[str, Callable[[], Tensor]] = {
    "leaf": lambda: leaf(1.0, 2.0),
    "non-leaf": lambda: leaf(1.0, 2.0) * 2,
    "plain": lambda: torch.ones(2),
    "parameter": lambda: torch.nn.Parameter(torch.ones(2)),
    "subclass": lambda: torch.ones(2).as_subclass(Subclass),
    "inference": _inference,
    "0-dim": lambda: torch.tensor(2.0, requires_grad=True),
    "transposed": lambda: torch.arange(6.0).view(2, 3).t().requires_grad_(),
    "with gaps": lambda: torch.arange(16.0).view(4, 4).requires_grad_()[::2, 1:],
    "expanded": lambda: torch.ones(1, requires_grad=True).expand(3),
    "channels last": lambda: torch.ones(2, 3, 4, 4).to(
        memory_format=torch.channels_last
    ),
    "bool": lambda: torch.tensor([True, False]),
    "int64": lambda: torch.arange(3),
    "uint16": lambda: torch.ones(2, dtype=torch.uint16),
    "bfloat16": lambda: torch.ones(2, dtype=torch.bfloat16, requires_grad=True),
    "float8": lambda: torch.ones(2).to(torch.float8_e5m2),
    "complex": lambda: torch.tensor([1 + 2j], requires_grad=True),
    "conjugate": lambda: torch.tensor([1 + 2j], requires_grad=True).conj(),
    "negated": lambda: torch.tensor([1 + 2j], requires_grad=True).conj().imag,
}
OTHER: dict[str, Callable[[], Tensor]] = {
    "sparse COO": lambda: torch.eye(2).to_sparse().requires_grad_(),
    "sparse CSR": _quiet(lambda: torch.eye(2).to_sparse_csr().requires_grad_()),
    "jagged": _quiet(
        lambda: torch.nested.nested_tensor(
            [torch.ones(2), torch.ones(3)], layout=torch.jagged, requires_grad=True
        )
    ),
    "quantized": _quiet(
        lambda: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    ),
}
KINDS = STRIDED | OTHER


def address(tensor: Tensor) -> int:
    """Return where the values of a tensor lie, whatever its layout."""
    if tensor.layout == torch.sparse_coo:
        tensor = tensor._values()
    elif tensor.layout != torch.strided:
        tensor = tensor.values()
    found: int = tensor.data_ptr()
    assert found, "a tensor that holds no values decides nothing"
    return found


def in_place_operations(
    dtype: torch.dtype,
) -> Iterator[tuple[str, Callable[..., Any], SampleInput]]:
    """Yield all of torch's in-place operations, each with samples of its input.

    Not by `op.sample_inputs`, which looks at the stack of calls at each sample:
    under pytest that takes a hundred times as long.
    """
    for op in op_db:
        for call in (op.inplace_variant, op.inplace_operator_variant):
            if call is None or dtype not in op.supported_dtypes("cpu"):
                continue
            for sample in islice(op.sample_inputs_func(op, "cpu", dtype, False), 4):
                x = sample.input
                if isinstance(x, Tensor) and not sample.broadcasts_input:
                    yield op.name, call, sample


LAZY = """
import subprocess
import sys
import warnings
warnings.simplefilter("ignore")
import numpy as np, torch, torch._lazy.ts_backend
torch._lazy.ts_backend.init()
def attempt(call):
    try:
        return call()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
x = torch.ones(2, device="lazy")
w = torch.ones(2, device="lazy", requires_grad=True)
"""


def elsewhere(program: str) -> list[str]:
    """Run a program with tensors that are not on the CPU; return what it prints.

    The device `lazy` has data of its own and is in every build of torch. It says
    what holds of a device other than the CPU, not what a GPU does.
    """
    done = subprocess.run(
        [sys.executable, "-c", LAZY + program],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()
