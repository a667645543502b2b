"""Draw the graph that autograd holds, from what `sitebuild.run.capture` took.

It is read downwards, as gradients flow: from the results through the backward
nodes to the leaves. Tensors of the program are drawn where gradients pass.
"""

from __future__ import annotations

from typing import Any

from sitebuild.figures import layered
from sitebuild.figures.svg import LINE, SIZE, Svg, width

WORDS: dict[str, dict[str, Any]] = {
    "ja": {
        "title": "{names} の計算グラフ",
        "leaf": "リーフ",
        "non-leaf": "非リーフ",
        "unnamed": "（名前なし）",
        "saved": "保存",
        "own": "自身の出力",
        "freed": "保存していた値は解放済み",
        "changed": "保存時 version {0}、今は {1}",
        "retained": "retain_grad() 済み",
        "memory": "同じメモリ",
        "output": "出力 {0}",
        "legend": {
            "arrow": "矢印: 逆伝播で勾配が進む向き",
            "leaf": "太枠・角丸: 勾配を必要とするリーフテンソル。勾配は .grad に足し込まれる",
            "non-leaf": "細枠・角丸: 非リーフテンソル（計算の結果）",
            "constant": "点線枠・角丸: 勾配を必要としないテンソル",
            "node": "角を落とした枠: 逆伝播のノード（名前は実物）",
            "saved": "点線の矢印: 逆伝播のために保存されている",
            "cut": "切れ目のある線: 同じメモリを見ているが、勾配は通らない",
            "none": "None: 勾配の要らない入力",
            "hot": "! の行: 保存したあとで書き換えられた。逆伝播は例外になる",
        },
    },
    "en": {
        "title": "The computation graph of {names}",
        "leaf": "leaf",
        "non-leaf": "non-leaf",
        "unnamed": "(unnamed)",
        "saved": "saved",
        "own": "its own output",
        "freed": "what was saved is freed",
        "changed": "saved at version {0}, now {1}",
        "retained": "retain_grad() called",
        "memory": "same memory",
        "output": "output {0}",
        "legend": {
            "arrow": "Arrow: the way a gradient takes in the backward pass",
            "leaf": "Thick, rounded: a leaf that requires grad; gradients add up in its .grad",
            "non-leaf": "Thin, rounded: a non-leaf tensor, the result of an operation",
            "constant": "Dotted, rounded: a tensor that requires no grad",
            "node": "Corners cut off: a backward node, by its real name",
            "saved": "Dotted arrow: is saved for the backward pass",
            "cut": "Broken line: same memory, but no gradient passes",
            "none": "None: an input that needs no gradient",
            "hot": "Line with !: written to since it was saved; the backward pass raises",
        },
    },
}

_PAD = 10.0
_OUTPUT = 70.0  # the room for one output of a node that has several
_STUB = 26.0  # the room for an input that leads nowhere
_CUT = 96.0  # the room between a tensor and one that was cut from it


class _Drawing:
    """One graph on its way to an SVG."""

    def __init__(self, data: dict[str, Any], language: str) -> None:
        self.data = data
        self.words: dict[str, Any] = WORDS[language]
        self.tensors: list[dict[str, Any]] = data["tensors"]
        self.nodes: list[dict[str, Any]] = data["nodes"]
        # How many outputs a node has, as far as the drawing needs to know.
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
        self.used = {"arrow"} if self.nodes else set()

    def name(self, index: int) -> str:
        """Return how the program calls a tensor."""
        return " = ".join(self.tensors[index]["names"]) or str(self.words["unnamed"])

    def tensor_lines(self, index: int) -> list[str]:
        """Return what stands in a tensor's box; the first line is two parts."""
        tensor = self.tensors[index]
        kind = self.words["leaf" if tensor["leaf"] else "non-leaf"]
        lines = [
            f"{self.name(index)}  {kind}",
            f"requires_grad={tensor['requires_grad']}",
        ]
        if tensor["retains_grad"]:
            lines.append(self.words["retained"])
        if tensor["retains_grad"] or (tensor["leaf"] and tensor["requires_grad"]):
            lines.append(f".grad = {tensor['grad']}")
        return lines

    def node_lines(self, index: int) -> list[str]:
        """Return what stands in a node's box."""
        node = self.nodes[index]
        saved = [f"{self.words['saved']}: {text}" for text in self.saved(node)]
        freed = any(entry["state"] == "freed" for entry in node["saved"])
        moved = [
            "! " + self.words["changed"].format(*entry["version"])
            for entry in node["saved"]
            if entry["state"] == "changed"
        ]
        return [
            node["name"],
            *saved,
            *([self.words["freed"]] * freed),
            *dict.fromkeys(moved),
        ]

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

    def draw(self, name: str, title: str, description: str) -> str:
        """Return the SVG."""
        boxes: list[layered.Box] = []
        lines = [self.tensor_lines(i) for i, _ in enumerate(self.tensors)]
        node_lines = [self.node_lines(i) for i, _ in enumerate(self.nodes)]
        attached = {cut: whole for whole, cut in self.data["cuts"]}
        # A tensor with those that were cut from it, side by side, is one box.
        home: dict[int, tuple[int, float]] = {}  # box, and middle in it
        members: dict[int, list[int]] = {}
        for index, _ in enumerate(self.tensors):
            if index in attached:
                continue
            row = [index, *(c for c, whole in attached.items() if whole == index)]
            sizes = [_size(lines[i]) for i in row]
            total = sum(w for w, _ in sizes) + _CUT * (len(row) - 1)
            left = -total / 2
            for i, (w, _) in zip(row, sizes):
                home[i] = (len(boxes), left + w / 2)
                left += w + _CUT
            members[len(boxes)] = row
            boxes.append(layered.Box(total, max(h for _, h in sizes)))
        first_node = len(boxes)
        for node, text in zip(self.nodes, node_lines):
            w, h = _size(text)
            w = max(w, _OUTPUT * self.outputs.get(len(boxes) - first_node, 0))
            foot = _STUB if None in node["next"] else 0
            boxes.append(layered.Box(w, h + foot, foot))

        edges: list[layered.Edge] = []
        kinds: list[tuple[str, str]] = []  # of each edge: its class and label

        def connect(
            a: int, b: int, start: float, end: float, kind: str, label: str
        ) -> None:
            edges.append(layered.Edge(a, b, start, end))
            kinds.append((kind, label))

        for (number, output), index in self.made.items():
            box, middle = home[index]
            connect(
                box,
                first_node + number,
                middle,
                self.port(number, output),
                "flow",
                self.label(number, output),
            )
        stubs: list[tuple[int, float]] = []
        for number, node in enumerate(self.nodes):
            box = first_node + number
            room = boxes[box].width * 0.7
            count = len(node["next"])
            for place, other in enumerate(node["next"]):
                start = room * ((place + 0.5) / count - 0.5)
                if other is None:
                    stubs.append((box, start))
                    continue
                tensor = self.made.get((other[0], other[1]))
                if tensor is None:
                    target, end = first_node + other[0], self.port(*other)
                    connect(box, target, start, end, "flow", self.label(*other))
                else:
                    target, end = home[tensor]
                    connect(box, target, start, end, "flow", "")
            if node["variable"] is not None:
                target, end = home[node["variable"]]
                connect(box, target, 0, end, "flow", "")
            # What is saved stands on the side of the input that has no node.
            left = None in node["next"] and node["next"].index(None) < count / 2
            side = -1 if left else 1
            drawn = set()
            for saved in node["saved"]:
                index = saved["tensor"]
                if index is None or index in drawn or self.flows(index):
                    continue
                drawn.add(index)
                target, end = home[index]
                connect(box, target, side * boxes[box].width * 0.44, end, "saved", "")
                self.used.add("saved")
        layered.arrange(boxes, edges)

        svg = Svg()
        margin = 3.0
        for edge, (kind, label) in zip(edges, kinds):
            points = [(x + margin, y + margin) for x, y in edge.points]
            svg.cover(points)
            way = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
            for index, (x, y) in enumerate(points[1:], 1):
                x0, y0 = points[index - 1]
                if x0 == x:
                    way += f"V{y:.1f}"
                else:
                    half = (y0 + y) / 2
                    way += f"C{x0:.1f} {half:.1f} {x:.1f} {half:.1f} {x:.1f} {y:.1f}"
            svg.path(way, kind)
            svg.arrowhead(*points[-1], f"{kind}-head")
            if label:
                svg.text(points[-1][0] + 6, points[-1][1] - 6, label, "note")
        for box, start in stubs:
            x = boxes[box].x + start + margin
            y = boxes[box].y + boxes[box].height - boxes[box].foot + margin
            svg.path(f"M{x:.1f} {y:.1f}v9m-6 0h12", "stop")
            svg.text(x, y + 22, "None", "note", "middle")
            self.used.add("none")
        for box, row in members.items():
            for place, index in enumerate(row):
                x = boxes[box].x + home[index][1] + margin
                y = boxes[box].y + margin
                self.tensor(svg, index, lines[index], x, y)
                if place:
                    before = row[place - 1]
                    from_ = boxes[box].x + home[before][1] + margin
                    from_ += _size(lines[before])[0] / 2
                    self.cut(svg, from_, x - _size(lines[index])[0] / 2, y)
        for number, text in enumerate(node_lines):
            box = first_node + number
            x, y = boxes[box].x + margin, boxes[box].y + margin
            hot = any(s["state"] == "changed" for s in self.nodes[number]["saved"])
            w, h = boxes[box].width, boxes[box].height - boxes[box].foot
            svg.chamfered(x - w / 2, y, w, h, "node hot" if hot else "node")
            self.used.add("node")
            for index, line in enumerate(text):
                kind = "code" if not index else "hot" if line[:2] == "! " else "small"
                svg.text(x, y + 20 + index * LINE, line, kind, "middle")
            if hot:
                self.used.add("hot")
        return svg.finish(name, title, description, "figure-svg graph")

    def label(self, number: int, output: int) -> str:
        """Say which output of a node is meant, where it has several."""
        return self.words["output"].format(output) if number in self.outputs else ""

    def port(self, number: int, output: int) -> float:
        """Return where an arrow to an output arrives: beside those to others."""
        if number not in self.outputs:
            return 0.0
        return _OUTPUT * (output + 0.5 - self.outputs[number] / 2) - 20

    def flows(self, index: int) -> bool:
        """Whether a gradient passes a tensor in this graph, or ends there."""
        return self.tensors[index]["node"] is not None or any(
            node["variable"] == index for node in self.nodes
        )

    def tensor(
        self, svg: Svg, index: int, lines: list[str], x: float, y: float
    ) -> None:
        w, h = _size(lines)
        tensor = self.tensors[index]
        kind = (
            "constant"
            if not tensor["requires_grad"]
            else "leaf"
            if tensor["leaf"]
            else "non-leaf"
        )
        self.used.add(kind)
        svg.box(x - w / 2, y, w, h, f"tensor {kind}", 11)
        name = self.name(index)
        left = x - width(lines[0], SIZE + 1) / 2
        svg.text(left, y + 20, name, "name")
        kind_left = left + width(name + "  ", SIZE + 1)
        svg.text(kind_left, y + 20, lines[0][len(name) :].strip(), "small")
        for number, line in enumerate(lines[1:], 1):
            svg.text(x, y + 20 + number * LINE, line, "small", "middle")

    def cut(self, svg: Svg, left: float, right: float, y: float) -> None:
        middle, y = (left + right) / 2, y + 25
        svg.path(
            f"M{left:.1f} {y:.1f}H{middle - 5:.1f}M{middle + 5:.1f} {y:.1f}H{right:.1f}",
            "cut",
        )
        svg.path(
            f"M{middle - 8:.1f} {y + 9:.1f}l6 -18M{middle + 2:.1f} {y + 9:.1f}l6 -18",
            "cut-mark",
        )
        svg.text(middle, y - 14, self.words["memory"], "note", "middle")
        self.used.add("cut")


def _size(lines: list[str]) -> tuple[float, float]:
    return (
        max(width(line, SIZE + 1 if not i else SIZE) for i, line in enumerate(lines))
        + 2 * _PAD,
        12 + LINE * len(lines),
    )


def render(data: dict[str, Any], language: str, name: str) -> tuple[str, list[str]]:
    """Return the SVG of a graph, and the legend of what occurs in it."""
    drawing = _Drawing(data, language)
    names = (" と " if language == "ja" else " and ").join(data["names"])
    title = WORDS[language]["title"].format(names=names)
    svg = drawing.draw(name, title, describe(data, language))
    legend: dict[str, str] = drawing.words["legend"]
    return svg, [text for kind, text in legend.items() if kind in drawing.used]


def describe(data: dict[str, Any], language: str) -> str:
    """Say in words what the drawing of `data` says."""
    drawing = _Drawing(data, language)
    japanese = language == "ja"
    comma = "、" if japanese else ", "
    sentences: list[str] = []

    def say(ja: str, en: str) -> None:
        sentences.append(ja if japanese else en)

    def node(number: int) -> str:
        found = data["nodes"][number]
        same = [
            n for n, other in enumerate(data["nodes"]) if other["name"] == found["name"]
        ]
        if found["variable"] is not None:
            leaf = drawing.name(found["variable"])
            return f"{found['name']}({leaf})"
        order = f" #{same.index(number) + 1}" if len(same) > 1 else ""
        return f"{found['name']}{order}"

    for index, tensor in enumerate(data["tensors"]):
        name = drawing.name(index)
        if tensor["node"] is not None:
            output = drawing.label(tensor["node"], tensor["output"])
            made = node(tensor["node"]) + (f" ({output})" if output else "")
            say(
                f"{name} は非リーフで、grad_fn は {made}。",
                f"{name} is a non-leaf; its grad_fn is {made}.",
            )
            if tensor["retains_grad"]:
                say(
                    f"{name} は retain_grad() 済みで、.grad は {tensor['grad']}。",
                    f"{name} has had retain_grad() called; its .grad is {tensor['grad']}.",
                )
        elif tensor["requires_grad"]:
            say(
                f"{name} は requires_grad=True のリーフで、.grad は {tensor['grad']}。",
                f"{name} is a leaf with requires_grad=True; its .grad is {tensor['grad']}.",
            )
        else:
            say(
                f"{name} は requires_grad=False のリーフ。",
                f"{name} is a leaf with requires_grad=False.",
            )
    for number, found in enumerate(data["nodes"]):
        goals = []
        for other in found["next"]:
            if other is None:
                goals.append("None")
                continue
            through = drawing.made.get((other[0], other[1]))
            label = drawing.label(*other)
            goals.append(
                node(other[0])
                + (f" ({label})" if label else "")
                + (
                    (
                        f"（{drawing.name(through)} を通る）"
                        if japanese
                        else f" (through {drawing.name(through)})"
                    )
                    if through is not None
                    else ""
                )
            )
        if goals:
            say(
                f"{node(number)} の先は {comma.join(goals)}。",
                f"{node(number)} leads to {comma.join(goals)}.",
            )
        if found["variable"] is not None:
            leaf = drawing.name(found["variable"])
            say(
                f"{node(number)} は勾配を {leaf}.grad に足し込む。",
                f"{node(number)} adds the gradient up in {leaf}.grad.",
            )
        saved = drawing.saved(found)
        if saved:
            say(
                f"{node(number)} が保存しているのは {comma.join(saved)}。",
                f"{node(number)} has saved {comma.join(saved)}.",
            )
        if any(s["state"] == "freed" for s in found["saved"]):
            say(
                f"{node(number)} が保存していた値は解放済み。",
                f"What {node(number)} had saved is freed.",
            )
        for s in found["saved"]:
            if s["state"] == "changed":
                say(
                    f"{s['as']} は version {s['version'][0]} で保存され、今は {s['version'][1]} なので、逆伝播は例外になる。",
                    f"{s['as']} was saved at version {s['version'][0]} and is now at {s['version'][1]}: the backward pass raises.",
                )
    for whole, cut in data["cuts"]:
        say(
            f"{drawing.name(cut)} は {drawing.name(whole)} と同じメモリを見ているが、勾配は通らない。",
            f"{drawing.name(cut)} shares the memory of {drawing.name(whole)}, but no gradient passes.",
        )
    return ("" if japanese else " ").join(sentences)
