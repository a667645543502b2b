"""Take the graph that autograd holds behind some tensors."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from sitebuild.run.capture.tensors import is_tensor, place_of, short

NODE_LIMIT = 120  # backward nodes; a graph is looked at by people
_VERSIONS = re.compile(r"is at version (\d+); expected version (\d+)")


class Graph:
    """The graph that autograd holds behind some tensors.

    The nodes that were met are kept alive while walking: Python's wrapper of
    a node, and so its id, is gone as soon as nobody holds it.
    """

    def __init__(
        self, names: Sequence[str], roots: list[Any], namespace: dict[str, Any]
    ) -> None:
        """Take the graph behind `roots`; the other variables give tensors names."""
        self.named: dict[int, tuple[Any, list[str]]] = {}
        for name, value in [*namespace.items(), *zip(names, roots)]:
            if is_tensor(value) and not name.startswith("__"):
                known = self.named.setdefault(id(value), (value, []))[1]
                if name not in known:
                    known.append(name)
        for name, value in namespace.items():  # layer -> layer.weight
            if callable(getattr(value, "named_parameters", None)) and not isinstance(
                value, type
            ):
                for path, parameter in value.named_parameters():
                    self.named.setdefault(
                        id(parameter), (parameter, [f"{name}.{path}"])
                    )
        self.names = names
        self.roots = roots
        self.nodes: list[Any] = []
        self.number: dict[int, int] = {}
        self.tensors: list[Any] = []
        self.cuts: list[list[int]] = []
        self.saved: list[list[dict[str, Any]]] = []

    def data(self) -> dict[str, Any]:
        """Walk, and return what was found."""
        for root in self.roots:
            self._walk(root)
        # A tensor that was cut off is drawn beside the one it was cut from.
        for root in self.roots:
            if root.grad_fn is None:
                for other, _ in list(self.named.values()):
                    if (
                        other is not root
                        and other.requires_grad
                        and place_of(other) == place_of(root)
                    ):
                        self._walk(other)
        if len(self.nodes) > NODE_LIMIT:
            return {
                "error": f"a graph of more than {NODE_LIMIT} backward nodes",
                "advice": "draw a smaller part of it: nobody reads so large a picture",
            }
        for node in self.nodes:
            if hasattr(node, "variable"):
                self._add(node.variable)
        for tensor, _ in self.named.values():
            if tensor.grad_fn is not None and id(tensor.grad_fn) in self.number:
                self._add(tensor)
        self.saved = [self._saved(node) for node in self.nodes]
        self._find_cuts()
        return {
            "names": list(self.names),
            "roots": [self._add(root) for root in self.roots],
            "tensors": [self._tensor(tensor) for tensor in self.tensors],
            "nodes": [
                {
                    "name": node.name().rpartition("::")[2],
                    "next": [
                        None if other is None else [self.number[id(other)], output]
                        for other, output in node.next_functions
                    ],
                    "variable": (
                        self._add(node.variable) if hasattr(node, "variable") else None
                    ),
                    "saved": saved,
                }
                for node, saved in zip(self.nodes, self.saved)
            ],
            "cuts": self.cuts,
        }

    def _walk(self, root: Any) -> None:
        self._add(root)
        waiting = [root.grad_fn]
        while waiting and len(self.nodes) <= NODE_LIMIT:
            node = waiting.pop(0)
            if node is None or id(node) in self.number:
                continue
            self.number[id(node)] = len(self.nodes)
            self.nodes.append(node)
            waiting += [other for other, _ in node.next_functions]

    def _add(self, tensor: Any) -> int:
        for index, known in enumerate(self.tensors):
            if known is tensor:
                return index
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def _tensor(self, tensor: Any) -> dict[str, Any]:
        leaf = bool(tensor.is_leaf)
        # Reading .grad elsewhere would warn, in the midst of the output.
        retains = bool(getattr(tensor, "retains_grad", False))
        grad = tensor.grad if leaf or retains else None
        return {
            "names": self.named.get(id(tensor), (tensor, []))[1],
            "leaf": leaf,
            "requires_grad": bool(tensor.requires_grad),
            "node": self.number.get(id(tensor.grad_fn)),
            "output": 0 if leaf else tensor.output_nr,
            "retains_grad": retains,
            "grad": None if grad is None else short(grad),
        }

    def _saved(self, node: Any) -> list[dict[str, Any]]:
        """Return what `node` keeps for the backward pass: tensors only."""
        found = []
        for attribute in dir(node):
            if attribute.startswith("_saved_"):
                name = attribute[len("_saved_") :]
            elif attribute == "saved_tensors":  # a torch.autograd.Function
                name = ""
            else:
                continue
            raw = getattr(node, f"_raw{attribute}", None)
            state: dict[str, Any] = {"state": "kept"}
            try:
                value = getattr(node, attribute)
            except RuntimeError as error:
                moved = _VERSIONS.search(str(error))
                state["state"] = "changed" if moved else "freed"
                value = None
                if moved:
                    state["version"] = [int(moved[2]), int(moved[1])]
                    value = getattr(raw, "data", None)
                if value is None:
                    found.append({"as": name, "tensor": None, "own": False, **state})
            values = value if isinstance(value, (list, tuple)) else [value]
            for index, tensor in enumerate(values):
                if is_tensor(tensor):
                    part = f"{index}" if isinstance(value, (list, tuple)) else ""
                    found.append(
                        {
                            "as": ".".join(filter(None, (name, part))),
                            "tensor": self._find(tensor),
                            "own": tensor.grad_fn is node,
                            **state,
                        }
                    )
        return found

    def _find(self, saved: Any) -> int | None:
        """Return the tensor of the program that a saved one is, if it has a name."""
        if id(saved) in self.named:
            return self._add(saved)
        layout = (saved.shape, saved.dtype, saved.requires_grad)
        if saved.layout != getattr(sys.modules["torch"], "strided", None):
            return None
        for tensor in [*self.tensors, *(t for t, _ in self.named.values())]:
            if (
                (tensor.shape, tensor.dtype, tensor.requires_grad) == layout
                and tensor.grad_fn is saved.grad_fn
                and (saved.grad_fn is None or tensor.output_nr == saved.output_nr)
                and place_of(tensor) == place_of(saved)
                and tensor.storage_offset() == saved.storage_offset()
                and tensor.stride() == saved.stride()
            ):
                return self._add(tensor)
        return None

    def _find_cuts(self) -> None:
        """Find the leaves, not in the graph, on the memory of a tensor in it."""
        inside = [
            tensor
            for tensor in self.tensors
            if tensor.requires_grad
            and (
                id(tensor.grad_fn) in self.number
                or any(getattr(n, "variable", None) is tensor for n in self.nodes)
                or any(tensor is root for root in self.roots)
            )
        ]
        # The other side of the cut of a root may be a leaf that no node leads to.
        for root in self.roots:
            if not root.requires_grad:
                inside += [
                    t
                    for t in self.tensors
                    if t.requires_grad
                    and place_of(t) == place_of(root)
                    and not any(t is other for other in inside)
                ]
        for tensor, _ in list(self.named.values()):
            if not tensor.is_leaf or any(tensor is other for other in inside):
                continue
            for other in inside:
                if place_of(tensor) == place_of(other):
                    self.cuts.append([self._add(other), self._add(tensor)])
                    break
