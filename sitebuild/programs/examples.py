"""The short programs that the chooser shows, one for each call that it offers."""

from __future__ import annotations

from collections.abc import Iterable

from sitebuild.programs.operations import Operation
from sitebuild.programs.snippet import Snippet, parse

# The calls that are worth offering, best first: a person's choice. In front is
# what does the least; what is offered beside others stands behind them.
PREFERRED = (
    *("itself", "view-as", "detach", "clone", "detach-clone", "clone-detach"),
    *("parameter-detach-clone", "detach-clone-requires-grad"),
    *("detach-requires-grad", "clone-contiguous", "cpu", "to-cpu-copy"),
    *("detach-cpu", "detach-to-cpu-copy", "detach-to-cpu-copy-requires-grad"),
    *("copy-into", "copy-into-detached", "deepcopy-detached", "parameter-clone"),
    *("detach-numpy", "numpy-of-detach-clone", "numpy-copy-of-detach"),
    *("detach-cpu-numpy", "numpy-force", "detach-to-cpu-copy-numpy"),
    *("detach-numpy-copy", "detach-clone-numpy", "item", "tolist", "float-builtin"),
)


def example_name(id_: str) -> str:
    """Return the name of the short program that shows the operation `id_`."""
    return f"which-one/{id_}"


def example(operation: Operation) -> str:
    """Return a short program: the call, its result, and a write to the source."""
    values = operation.values or "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]"
    lines = [f"import {operation.imports}"] if operation.imports else []
    lines += ["import torch", "", f"x = torch.tensor({values}, requires_grad=True)"]
    lines += operation.setup.splitlines()
    lines += [f"y = {operation.expression}", 'print(f"{y = }")', ""]
    lines += ["with torch.no_grad():", "    x[0, 0] = 9.0", 'print(f"{y = }")', ""]
    return "\n".join(lines)


def examples(operations: Iterable[Operation]) -> dict[str, Snippet]:
    """Return the short programs of the preferred operations, by name."""
    return {
        name: parse(name, f"{name}.py", example(operation))
        for operation in in_order(operations)
        for name in [example_name(operation.id)]
    }


def in_order(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return those of `operations` that are ever offered, best first."""
    by_id = {operation.id: operation for operation in operations}
    return tuple(by_id[id_] for id_ in PREFERRED if id_ in by_id)
