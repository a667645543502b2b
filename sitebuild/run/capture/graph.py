"""Take the graph that autograd holds behind some tensors."""

from __future__ import annotations

import re
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
        self.names = names
        self.roots = roots
        self.named: dict[int, tuple[Any, list[str]]] = {}
        for name, value in {**namespace, **dict(zip(names, roots))}.items():
            if is_tensor(value) and not name.startswith("__"):
                self.named.setdefault(id(value), (value, []))[1].append(name)
        for name, value in namespace.items():  # layer -> layer.weight
            if hasattr(value, "named_parameters") and not isinstance(value, type):
                for path, parameter in value.named_parameters():
                    known = parameter, [f"{name}.{path}"]
                    self.named.setdefault(id(parameter), known)
        self.nodes: list[Any] = []
        self.number: dict[int, int] = {}
        self.tensors: dict[int, Any] = {}

    def data(self) -> dict[str, Any]:
        """Walk, and return what was found."""
        for root in self.roots:
            self._walk(root)
        # A tensor that was cut off is drawn beside the one it was cut from.
        cut_off = [place_of(root) for root in self.roots if root.grad_fn is None]
        for tensor, _ in self.named.values():
            if tensor.requires_grad and place_of(tensor) in cut_off:
                self._walk(tensor)
        if len(self.nodes) > NODE_LIMIT:
            return {
                "error": f"a graph of more than {NODE_LIMIT} backward nodes",
                "advice": "draw a smaller part of it: nobody reads so large a picture",
            }
        leaves = [getattr(node, "variable", None) for node in self.nodes]
        variables = [None if leaf is None else self._add(leaf) for leaf in leaves]
        for tensor, _ in self.named.values():
            if id(tensor.grad_fn) in self.number:
                self._add(tensor)
        saved = [self._saved(node) for node in self.nodes]
        cuts = self._cuts({id(tensor) for tensor in [*leaves, *self.roots]})
        return {
            "names": list(self.names),
            "tensors": [self._tensor(tensor) for tensor in self.tensors.values()],
            "nodes": [
                {
                    "name": node.name().rpartition("::")[2],
                    "next": [
                        None if other is None else [self.number[id(other)], output]
                        for other, output in node.next_functions
                    ],
                    "variable": variable,
                    "saved": kept,
                }
                for node, variable, kept in zip(self.nodes, variables, saved)
            ],
            "cuts": cuts,
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
        self.tensors.setdefault(id(tensor), tensor)
        return list(self.tensors).index(id(tensor))

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
            state: dict[str, Any] = {"state": "kept"}
            try:
                value = getattr(node, attribute)
            except RuntimeError as error:
                value, state = None, {"state": "freed"}
                if moved := _VERSIONS.search(str(error)):
                    version = [int(moved[2]), int(moved[1])]
                    state = {"state": "changed", "version": version}
                    raw = getattr(node, f"_raw{attribute}", None)
                    value = getattr(raw, "data", None)
                if value is None:
                    found.append({"as": name, "tensor": None, "own": False, **state})
            many = isinstance(value, (list, tuple))
            for index, tensor in enumerate(value if many else [value]):
                if is_tensor(tensor):
                    parts = [name] * bool(name) + [str(index)] * many
                    found.append(
                        {
                            "as": ".".join(parts),
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
        if str(saved.layout) != "torch.strided":
            return None
        layout = (saved.shape, saved.dtype, saved.requires_grad)
        named = [tensor for tensor, _ in self.named.values()]
        for tensor in [*self.tensors.values(), *named]:
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

    def _cuts(self, ends: set[int]) -> list[list[int]]:
        """Return the leaves, not in the graph, on the memory of a tensor in it.

        In it are its `ends`, by id, and what its nodes gave. The other side of
        the cut of a root may be a leaf that no node leads to.
        """
        cut_off = [place_of(root) for root in self.roots if not root.requires_grad]
        inside = {
            key: tensor
            for key, tensor in self.tensors.items()
            if tensor.requires_grad
            and (
                key in ends
                or id(tensor.grad_fn) in self.number
                or place_of(tensor) in cut_off
            )
        }
        at: dict[Any, Any] = {}
        for tensor in inside.values():
            at.setdefault(place_of(tensor), tensor)
        return [
            [self._add(at[place_of(tensor)]), self._add(tensor)]
            for key, (tensor, _) in self.named.items()
            if tensor.is_leaf and key not in inside and place_of(tensor) in at
        ]
