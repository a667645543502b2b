"""Draw the graph that autograd holds, from what a run took of it.

It is read downwards, as gradients flow: from the results through the backward
nodes to the leaves. Tensors of the program are drawn where gradients pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sitebuild.figures import Drawing, Words, kind, layered
from sitebuild.figures.svg import LINE, SIZE, Svg, px, width

_PAD = 10.0  # between a box and its text, at the sides
_TOP = 20.0  # from the upper side of a box to its first line of text
_ROUND = 11.0  # the corners of a tensor
_OUTPUT = 70.0  # the room for one output of a node that has several
_BESIDE = 20.0  # an arrow to an output stands so far left of the room's middle
_INPUTS = 0.7  # the part of a node's lower side from which its inputs leave
_SAVED = 0.44  # where saved tensors leave: at this part of the width from the middle
_STUB = 26.0  # the room for an input that leads nowhere
_CUT = 96.0  # the room between a tensor and one that was cut from it


class _Graph:
    """One graph: what its picture and its description both say."""

    def __init__(self, data: dict[str, Any], words: Words) -> None:
        self.words = words
        self.names: list[str] = data["names"]
        self.tensors: list[dict[str, Any]] = data["tensors"]
        self.nodes: list[dict[str, Any]] = data["nodes"]
        self.cut_from: dict[int, int] = {cut: whole for whole, cut in data["cuts"]}
        # How many outputs a node has, as far as anything is to be said of them.
        self.outputs: dict[int, int] = {}
        for number, output in [
            *(other for node in self.nodes for other in filter(None, node["next"])),
            *((t["node"], t["output"]) for t in self.tensors),
        ]:
            if output:
                self.outputs[number] = max(self.outputs.get(number, 0), output + 1)
        # The tensors of the program through which a gradient passes.
        self.made: dict[tuple[int, int], int] = {}
        for index, tensor in enumerate(self.tensors):
            if tensor["node"] is not None:
                self.made.setdefault((tensor["node"], tensor["output"]), index)

    def name(self, index: int) -> str:
        """Return how the program calls a tensor."""
        return " = ".join(self.tensors[index]["names"]) or str(self.words["unnamed"])

    def output(self, node: int, output: int) -> str:
        """Say which output of a node is meant, where it has several."""
        if node not in self.outputs:
            return ""
        return str(self.words["output"].format(number=output))

    def tensor_lines(self, index: int) -> list[str]:
        """Return what stands in a tensor's box below its name."""
        tensor = self.tensors[index]
        lines = [f"requires_grad={tensor['requires_grad']}"]
        if tensor["retains_grad"]:
            lines.append(self.words["retained"])
        if tensor["retains_grad"] or kind(tensor) == "leaf":
            lines.append(f".grad = {tensor['grad']}")
        return lines

    def saved(self, node: dict[str, Any]) -> list[str]:
        """Say what a node has saved: ``self, other = x``."""
        found: dict[str, list[str]] = {}
        for entry in sorted(node["saved"], key=lambda entry: entry["as"] != "self"):
            if entry["state"] != "freed":
                what = (
                    self.name(entry["tensor"])
                    if entry["tensor"] is not None
                    else self.words["own" if entry["own"] else "unnamed"]
                )
                found.setdefault(what, []).append(entry["as"])
        return [
            f"{', '.join(roles)} = {what}" if any(roles) else what
            for what, roles in found.items()
        ]

    def node_lines(self, node: dict[str, Any]) -> list[tuple[str, str]]:
        """Return what stands in a node's box below its name, and how: small, hot."""
        texts = [self.words["saved"].format(what=what) for what in self.saved(node)]
        if _freed(node):
            texts.append(self.words["freed"])
        alarms = [
            "! " + self.words["changed"].format(then=then, now=now)
            for then, now in _changed(node).values()
        ]
        lines = [
            *((text, "small") for text in texts),
            *((text, "hot") for text in alarms),
        ]
        return [*dict.fromkeys(lines)]

    def description(self) -> str:
        """Say in words what the picture shows."""
        sentences: list[str] = []
        for index, _ in enumerate(self.tensors):
            sentences += self.about_tensor(index)
        for number, _ in enumerate(self.nodes):
            sentences += self.about_node(number)
        cut = self.words["says"]["cut"]
        for part, whole in self.cut_from.items():
            sentences.append(cut.format(cut=self.name(part), whole=self.name(whole)))
        return str(self.words["space"].join(sentences))

    def node(self, number: int) -> str:
        """Name a node so that it is told from others of its name."""
        name, variable = str(self.nodes[number]["name"]), self.nodes[number]["variable"]
        same = [n for n, other in enumerate(self.nodes) if other["name"] == name]
        if variable is not None:
            name += f"({self.name(variable)})"
        elif len(same) > 1:
            name += f" #{same.index(number) + 1}"
        return name

    def goal(self, number: int, output: int) -> str:
        """Name a node, and the output that is meant."""
        label = self.output(number, output)
        return self.node(number) + (f" ({label})" if label else "")

    def about_tensor(self, index: int) -> Iterator[str]:
        """Say what a tensor is, and where its gradient goes."""
        tensor, says = self.tensors[index], self.words["says"]
        known = {"name": self.name(index), "grad": tensor["grad"]}
        if tensor["node"] is None:
            yield says[kind(tensor)].format(**known)
            return
        node = self.goal(tensor["node"], tensor["output"])
        yield says["non-leaf"].format(**known, node=node)
        if tensor["retains_grad"]:
            yield says["retained"].format(**known)

    def about_node(self, number: int) -> Iterator[str]:
        """Say where a node passes gradients on, and what it has saved for that."""
        node, says, comma = self.nodes[number], self.words["says"], self.words["comma"]
        name = self.node(number)
        goals = []
        for other in node["next"]:
            goal = self.goal(*other) if other else "None"
            through = self.made.get(tuple(other)) if other else None
            if through is not None:
                goal = says["through"].format(node=goal, name=self.name(through))
            goals.append(goal)
        if goals:
            yield says["next"].format(node=name, goals=comma.join(goals))
        if node["variable"] is not None:
            yield says["adds"].format(node=name, leaf=self.name(node["variable"]))
        if saved := self.saved(node):
            yield says["saved"].format(node=name, saved=comma.join(saved))
        if _freed(node):
            yield says["freed"].format(node=name)
        for role, (then, now) in _changed(node).items():
            yield says["changed"].format(role=role, then=then, now=now)


def _freed(node: dict[str, Any]) -> bool:
    return any(entry["state"] == "freed" for entry in node["saved"])


def _changed(node: dict[str, Any]) -> dict[str, list[int]]:
    """Return the versions, then and now, of what was written to since it was saved."""
    return {
        entry["as"]: entry["version"]
        for entry in node["saved"]
        if entry["state"] == "changed"
    }


@dataclass(eq=False)
class _Arrow(layered.Edge):
    kind: str = "flow"
    label: str = ""


class _Picture:
    """The picture of one graph: boxes, arrows between them, and then all drawn."""

    def __init__(self, graph: _Graph) -> None:
        self.graph = graph
        self.svg = Svg("figure-svg graph")
        self.used: set[str] = set()  # what the legend has to explain
        # A tensor with those that were cut from it, side by side, is one box.
        self.rows: list[tuple[layered.Box, list[int]]] = []
        self.home: dict[int, tuple[layered.Box, float]] = {}  # box, and middle in it
        self.node_boxes: list[layered.Box] = []
        self.arrows: list[_Arrow] = []
        self.stubs: list[tuple[layered.Box, float]] = []
        self.boxes()
        self.connect()

    def boxes(self) -> None:
        """Give tensors and nodes their boxes."""
        cut_from = self.graph.cut_from
        for index, _ in enumerate(self.graph.tensors):
            if index not in cut_from:
                cuts = [cut for cut, whole in cut_from.items() if whole == index]
                self.row([index, *cuts])
        for number, node in enumerate(self.graph.nodes):
            lines = [text for text, _ in self.graph.node_lines(node)]
            w, h = _size(node["name"], lines)
            w = max(w, _OUTPUT * self.graph.outputs.get(number, 0))
            foot = _STUB if None in node["next"] else 0
            self.node_boxes.append(layered.Box(w, h + foot, foot))

    def row(self, members: list[int]) -> None:
        """Make one box of a tensor and those that were cut from it."""
        sizes = [self.size(index) for index in members]
        total = sum(w for w, _ in sizes) + _CUT * (len(members) - 1)
        box = layered.Box(total, max(h for _, h in sizes))
        left = -total / 2
        for index, (w, _) in zip(members, sizes):
            self.home[index] = (box, left + w / 2)
            left += w + _CUT
        self.rows.append((box, members))

    def size(self, index: int) -> tuple[float, float]:
        """Return width and height of a tensor's own box."""
        return _size(self.heading(index), self.graph.tensor_lines(index))

    def heading(self, index: int) -> str:
        """Return the first line of a tensor's box."""
        kind = "leaf" if self.graph.tensors[index]["leaf"] else "non-leaf"
        return f"{self.graph.name(index)}  {self.graph.words[kind]}"

    def connect(self) -> None:
        """Draw up the arrows: of gradients, and to what is saved for them."""
        for (number, output), index in self.graph.made.items():
            box, middle = self.home[index]
            self.arrows.append(self.into(number, output, box, middle))
        for box, node in zip(self.node_boxes, self.graph.nodes):
            self.inputs(box, node)
            if node["variable"] is not None:
                target, end = self.home[node["variable"]]
                self.arrows.append(_Arrow(box, target, 0, end))
            self.keeps(box, node)

    def into(self, node: int, output: int, source: layered.Box, start: float) -> _Arrow:
        """Return an arrow to an output of a node: beside those to others."""
        end = 0.0
        if node in self.graph.outputs:
            end = _OUTPUT * (output + 0.5 - self.graph.outputs[node] / 2) - _BESIDE
        label = self.graph.output(node, output)
        return _Arrow(source, self.node_boxes[node], start, end, label=label)

    def inputs(self, box: layered.Box, node: dict[str, Any]) -> None:
        """Lead the gradients of a node's inputs on, through tensors with a name."""
        for place, other in enumerate(node["next"]):
            start = box.width * _INPUTS * ((place + 0.5) / len(node["next"]) - 0.5)
            if other is None:
                self.stubs.append((box, start))
            elif (through := self.graph.made.get(tuple(other))) is not None:
                target, end = self.home[through]
                self.arrows.append(_Arrow(box, target, start, end))
            else:
                number, output = other
                self.arrows.append(self.into(number, output, box, start))

    def keeps(self, box: layered.Box, node: dict[str, Any]) -> None:
        """Lead to what a node has saved, on the side of the input without a node."""
        left = None in node["next"] and node["next"].index(None) < len(node["next"]) / 2
        start = box.width * (-_SAVED if left else _SAVED)
        leaves = {other["variable"] for other in self.graph.nodes}
        for index in dict.fromkeys(entry["tensor"] for entry in node["saved"]):
            # Where a gradient passes or ends, the arrow of the gradient leads.
            if index is None or index in leaves:
                continue
            if self.graph.tensors[index]["node"] is None:
                target, end = self.home[index]
                self.arrows.append(_Arrow(box, target, start, end, kind="saved"))

    def draw(self, name: str) -> Drawing:
        """Lay all out and draw it."""
        boxes = [*(box for box, _ in self.rows), *self.node_boxes]
        layered.arrange(boxes, self.arrows)
        for arrow in self.arrows:
            self.arrow(arrow)
        for box, start in self.stubs:
            self.stub(box.x + start, box.y + box.height - box.foot)
        for box, members in self.rows:
            for place, index in enumerate(members):
                middle = box.x + self.home[index][1]
                self.tensor(index, middle, box.y)
                if place:
                    right = middle - self.size(index)[0] / 2
                    self.cut(right - _CUT, right, box.y + 25)
        for box, node in zip(self.node_boxes, self.graph.nodes):
            self.node(node, box)
        words = self.graph.words
        title = words["title"].format(names=words["and"].join(self.graph.names))
        return Drawing(
            self.svg.dump(name, title, self.graph.description()),
            [words["legend"][sign] for sign in words["legend"] if sign in self.used],
        )

    def arrow(self, arrow: _Arrow) -> None:
        self.used.add("saved" if arrow.kind == "saved" else "arrow")
        self.svg.cover(arrow.points)
        (x0, y0), *rest = arrow.points
        way = f"M{px(x0)} {px(y0)}"
        for x, y in rest:
            half = (y0 + y) / 2
            way += (
                f"V{px(y)}"
                if x0 == x
                else f"C{px(x0)} {px(half)} {px(x)} {px(half)} {px(x)} {px(y)}"
            )
            x0, y0 = x, y
        self.svg.path(way, arrow.kind)
        self.svg.arrowhead(x0, y0, f"{arrow.kind}-head")
        if arrow.label:
            self.svg.text(x0 + 6, y0 - 6, arrow.label, "note")

    def stub(self, x: float, y: float) -> None:
        self.used.add("none")
        self.svg.path(f"M{px(x)} {px(y)}v9m-6 0h12", "stop")
        self.svg.text(x, y + 22, "None", "note", middle=True)

    def tensor(self, index: int, x: float, y: float) -> None:
        sort = kind(self.graph.tensors[index])
        self.used.add(sort)
        w, h = self.size(index)
        self.svg.box(x - w / 2, y, w, h, f"tensor {sort}", _ROUND)
        # The name is bold, what follows on its line is not: two texts.
        name, heading = self.graph.name(index), self.heading(index)
        left = x - width(heading, SIZE + 1) / 2
        self.svg.text(left, y + _TOP, name, "name")
        left += width(name + "  ", SIZE + 1)
        self.svg.text(left, y + _TOP, heading[len(name) + 2 :], "small")
        for place, line in enumerate(self.graph.tensor_lines(index), 1):
            self.svg.text(x, y + _TOP + place * LINE, line, "small", middle=True)

    def cut(self, left: float, right: float, y: float) -> None:
        self.used.add("cut")
        middle = (left + right) / 2
        self.svg.path(
            f"M{px(left)} {px(y)}H{px(middle - 5)}M{px(middle + 5)} {px(y)}H{px(right)}",
            "cut",
        )
        self.svg.path(
            f"M{px(middle - 8)} {px(y + 9)}l6 -18M{px(middle + 2)} {px(y + 9)}l6 -18",
            "cut-mark",
        )
        self.svg.text(middle, y - 14, self.graph.words["memory"], "note", middle=True)

    def node(self, node: dict[str, Any], box: layered.Box) -> None:
        lines = [(node["name"], "code"), *self.graph.node_lines(node)]
        hot = any(look == "hot" for _, look in lines)
        self.used |= {"node", "hot"} if hot else {"node"}
        left, height = box.x - box.width / 2, box.height - box.foot
        self.svg.chamfered(
            left, box.y, box.width, height, "node hot" if hot else "node"
        )
        for place, (line, look) in enumerate(lines):
            y = box.y + _TOP + place * LINE
            self.svg.text(box.x, y, line, look, middle=True)


def _size(heading: str, lines: list[str]) -> tuple[float, float]:
    """Return width and height of a box with a larger line and others in it."""
    widest = max([width(heading, SIZE + 1), *map(width, lines)])
    return widest + 2 * _PAD, 12 + LINE * (1 + len(lines))


def draw(data: dict[str, Any], words: Words, name: str) -> Drawing:
    """Draw what `sitebuild.run.capture` takes for a graph.

    `name` makes the ids unique on the page.
    """
    return _Picture(_Graph(data, words)).draw(name)
