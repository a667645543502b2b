"""Draw who shares memory with whom, from what `sitebuild.run.capture` took.

It is read from left to right: the names of the program, the objects that they
stand for, and the storage that the objects look at, element by element.
"""

from __future__ import annotations

from typing import Any

from sitebuild.figures.svg import Svg, width

WORDS: dict[str, dict[str, Any]] = {
    "ja": {
        "title": "{names} の名前、オブジェクト、ストレージ",
        "storage": "ストレージ {0}",
        "counter": "version {1}（{0}）",
        "version": "version {1}",
        "none": "カウンタなし",
        "strides": "strides {0} バイト",
        "more": "ほか {0} 要素",
        "no values": "値なし",
        "legend": {
            "counter": "version の（A）、（B）: 文字が同じなら、一つのバージョンカウンタを共有している",
            "changed": "太枠の値: 前の図から変わった",
            "times": "×2、×3: 一つの要素を複数の位置が指している",
        },
    },
    "en": {
        "title": "Names, objects and storage of {names}",
        "storage": "storage {0}",
        "counter": "version {1} ({0})",
        "version": "version {1}",
        "none": "no counter",
        "strides": "strides {0} bytes",
        "more": "{0} more elements",
        "no values": "no values",
        "legend": {
            "counter": "(A), (B) after a version: same letter, one shared version counter",
            "changed": "Value in a thick frame: changed since the picture before",
            "times": "×2, ×3: several positions refer to one element",
        },
    },
}

_CELL, _TALL = 46.0, 28.0
_ROW = 12.0  # between two objects
_ARROW = 16.0


def _letter(counter: int) -> str:
    return chr(ord("A") + counter % 26)


def _tuple(numbers: list[int]) -> str:
    return str(tuple(numbers)).replace(" ", "")


def _lines(
    thing: dict[str, Any], words: dict[str, Any], storage: dict[str, Any]
) -> list[str]:
    """Return what stands in the box of an object."""
    lines = [thing["type"]]
    if not thing["array"]:
        lines.append(f"requires_grad={thing['requires_grad']}")
    if thing["dtype"] != storage["dtype"]:
        lines.append(thing["dtype"])
    lines += [f"{test}()=True" for test in thing["lazy"]]
    in_a_row = [[cell, [cell]] for cell, _ in enumerate(thing["places"])]
    if thing["places"] != in_a_row:  # else the picture of its elements says it
        strides = _tuple(thing["strides"])
        lines.append(f"shape {_tuple(thing['shape'])}")
        lines.append(
            words["strides"].format(strides) if thing["array"] else f"stride {strides}"
        )
        if thing["offset"]:
            lines.append(f"offset {thing['offset']}")
    if thing["version"] is None:
        lines.append(words["none"])
    elif thing["counter"] is None:
        lines.append(words["version"].format(thing["version"]))
    else:
        letter = _letter(thing["counter"])
        lines.append(words["counter"].format(letter, thing["version"]))
    return lines


def changed(
    data: dict[str, Any], before: dict[str, Any] | None
) -> set[tuple[int, int]]:
    """Return the cells (storage, element) whose value differs from `before`.

    Storages have no names; one is the same as before if a name looks at it.
    """
    if before is None:
        return set()
    old = {n: thing for thing in before["objects"] for n in thing["names"]}
    found = set()
    for thing in data["objects"]:
        for name in thing["names"]:
            if name in old:
                here = data["storages"][thing["storage"]]["values"]
                there = before["storages"][old[name]["storage"]]["values"]
                found |= {
                    (thing["storage"], cell)
                    for cell, (a, b) in enumerate(zip(here, there))
                    if a != b
                }
    return found


def render(
    data: dict[str, Any], language: str, name: str, before: dict[str, Any] | None = None
) -> tuple[str, list[str]]:
    """Return the SVG of a storage map, and the legend of what occurs in it.

    With `before`, the data of the picture before, changed values are marked.
    """
    words = WORDS[language]
    svg = Svg()
    used = set()
    marks = changed(data, before)
    objects = data["objects"]
    lines = [
        _lines(thing, words, data["storages"][thing["storage"]]) for thing in objects
    ]
    name_width = max(width(label) + 16 for thing in objects for label in thing["names"])
    box_width = max(width(line) for text in lines for line in text) + 16
    box_left = 3 + name_width + _ARROW
    left = box_left + box_width + _ARROW  # of the frame of a storage
    y = 3.0
    for count, storage in enumerate(data["storages"]):
        members = [i for i, thing in enumerate(objects) if thing["storage"] == count]
        shown = len(storage["values"])
        title = words["storage"].format(count + 1)
        kind = f"{storage['dtype']}, {storage['device']}"
        more = storage["size"] - shown
        cells = left + 8
        frame = max(
            shown * _CELL + 16 + (width(words["more"].format(more)) + 8 if more else 0),
            width(title, 13) + 16,
            width(kind) + 16,
        )
        heights = [
            max(12 + 17 * len(lines[i]), 26.0 * len(objects[i]["names"]))
            for i in members
        ]
        top = y
        rows = top + 54 + _TALL + 22
        bottom = rows + sum(heights) + _ROW * len(members)
        svg.box(left, top, frame, bottom - top, "storage", 4)
        svg.text(left + 8, top + 19, title, "name")
        svg.text(left + 8, top + 36, kind, "small")
        for cell, value in enumerate(storage["values"]):
            x = cells + cell * _CELL
            hot = (count, cell) in marks
            svg.box(x, top + 46, _CELL, _TALL, "cell hot" if hot else "cell")
            text = value or "–"
            svg.text(
                x + _CELL / 2, top + 65, text, "value hot" if hot else "value", "middle"
            )
            svg.text(x + _CELL / 2, top + 46 + _TALL + 15, str(cell), "note", "middle")
            if hot:
                used.add("changed")
        if more:
            text = "… " + words["more"].format(more)
            svg.text(cells + shown * _CELL + 8, top + 65, text, "note")
        y = rows
        for index, height in zip(members, heights):
            thing = objects[index]
            middle = y + height / 2
            kind = (
                "array"
                if thing["array"]
                else "tensor leaf"
                if thing["requires_grad"] and thing["leaf"]
                else "tensor non-leaf"
                if thing["requires_grad"]
                else "tensor constant"
            )
            svg.box(box_left, y, box_width, height, kind, 0 if thing["array"] else 11)
            text_top = middle - 17 * len(lines[index]) / 2 + 13
            for number, line in enumerate(lines[index]):
                svg.text(
                    box_left + 10,
                    text_top + 17 * number,
                    line,
                    "code" if not number else "small",
                )
            for number, label in enumerate(thing["names"]):
                at = middle + 26 * (number - (len(thing["names"]) - 1) / 2)
                svg.box(3, at - 11, name_width, 22, "label", 3)
                svg.text(3 + name_width / 2, at + 4.5, label, "name", "middle")
                svg.path(
                    f"M{3 + name_width:.1f} {at:.1f}L{box_left - 7:.1f} {middle:.1f}",
                    "flow",
                )
            svg.arrowhead(box_left, middle, "flow-head", right=True)
            by_cell: dict[int, list[str]] = {}
            for cell, position in thing["places"]:
                by_cell.setdefault(cell, []).append(str(position).replace(" ", ""))
            first = cells + min(by_cell, default=0) * _CELL
            svg.path(
                f"M{box_left + box_width:.1f} {middle:.1f}H{first - 5:.1f}", "flow"
            )
            if by_cell:
                svg.arrowhead(first + 2, middle, "flow-head", right=True)
            for cell, positions in by_cell.items():
                x = cells + cell * _CELL
                many = len(positions) > 1
                svg.box(
                    x + 2,
                    middle - 12,
                    _CELL - 4,
                    24,
                    "place many" if many else "place",
                    3,
                )
                text = f"×{len(positions)}" if many else positions[0]
                svg.text(x + _CELL / 2, middle + 4.5, text, "small", "middle")
                if many:
                    used.add("times")
            y += height + _ROW
        y = bottom + 16
    counters = [thing["counter"] for thing in objects if thing["counter"] is not None]
    if len(counters) > 1:
        used.add("counter")
    names = ("、" if language == "ja" else ", ").join(data["names"])
    drawn = svg.finish(
        name,
        words["title"].format(names=names),
        describe(data, language, before),
        "figure-svg storagemap",
    )
    legend: dict[str, str] = words["legend"]
    return drawn, [text for kind, text in legend.items() if kind in used]


def describe(
    data: dict[str, Any], language: str, before: dict[str, Any] | None = None
) -> str:
    """Say in words what the drawing of `data` says."""
    japanese = language == "ja"
    comma = "、" if japanese else ", "
    words = WORDS[language]
    sentences: list[str] = []

    def say(ja: str, en: str) -> None:
        sentences.append(ja if japanese else en)

    objects = data["objects"]
    marks = changed(data, before)
    for thing in objects:
        if len(thing["names"]) > 1:
            say(
                f"{comma.join(thing['names'])} は同じオブジェクト。",
                f"{comma.join(thing['names'])} are the same object.",
            )
    for count, storage in enumerate(data["storages"]):
        title = words["storage"].format(count + 1)
        members = [thing for thing in objects if thing["storage"] == count]
        names = comma.join(thing["names"][0] for thing in members)
        more = storage["size"] - len(storage["values"])
        values = comma.join(v for v in storage["values"] if v) or words["no values"]
        if more:
            values += comma + words["more"].format(more)
        kind = f"{storage['dtype']}, {storage['device']}"
        say(
            f"{title}（{kind}）の値は {values}。見ているのは {names}。",
            f"The values in {title} ({kind}): {values}. Objects on it: {names}.",
        )
        for thing in members:
            cells = sorted({cell for cell, _ in thing["places"]})
            where = comma.join(map(str, cells))
            text = " · ".join(_lines(thing, words, storage))
            say(
                f"{thing['names'][0]} は {text}、要素 {where}。",
                f"{thing['names'][0]} is {text}, elements {where}.",
            )
        hot = comma.join(str(cell) for number, cell in sorted(marks) if number == count)
        if hot:
            say(
                f"前の図から変わったのは {title} の要素 {hot}。",
                f"Changed since the picture before: elements {hot} of {title}.",
            )
    groups: dict[int, list[str]] = {}
    for thing in objects:
        if thing["counter"] is not None:
            groups.setdefault(thing["counter"], []).append(thing["names"][0])
    for sharing in groups.values():
        if len(sharing) > 1:
            say(
                f"{comma.join(sharing)} はバージョンカウンタを共有している。",
                f"{comma.join(sharing)} share one version counter.",
            )
    return ("" if japanese else " ").join(sentences)
