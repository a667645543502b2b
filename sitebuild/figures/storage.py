"""Draw who shares memory with whom, from what a run took of it.

It is read from left to right: the names of the program, the objects that they
stand for, and the storage that the objects look at, element by element.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sitebuild.figures import Drawing, Words
from sitebuild.figures.svg import LINE, MARGIN, SIZE, Svg, px, width

_PAD = 8.0  # between a frame and what is in it
_CELL, _CELL_HEIGHT = 46.0, 28.0  # of an element; wider where its value is longer
_ARROW = 16.0  # the room for one from column to column
_NAME, _NAME_HEIGHT = 26.0, 22.0  # from name to name of one object; one of them
_PLACE_HEIGHT = 24.0
_BETWEEN = 12.0  # two objects, and an object and the frame below it
_APART = 16.0  # two storages
# Below the upper side of a storage's frame:
_TITLE, _KIND, _CELLS, _OBJECTS = 19.0, 36.0, 46.0, 104.0
_BASE = 19.0  # from the upper side of a cell to the baseline of its value
_INDEX = 15.0  # from a cell down to its number
_UNKNOWN = "–"  # a value that cannot be read


class _Map:
    """What the picture and the description of one storage map both say."""

    def __init__(
        self, data: dict[str, Any], words: Words, before: dict[str, Any] | None
    ) -> None:
        self.words = words
        self.names: list[str] = data["names"]
        self.objects: list[dict[str, Any]] = data["objects"]
        self.storages: list[dict[str, Any]] = data["storages"]
        self.changed = changed(data, before)

    def title(self) -> str:
        """Say what this is, in a few words."""
        return str(self.words["title"].format(names=self.join(self.names)))

    def join(self, texts: list[str]) -> str:
        """Write a list in words."""
        return str(self.words["comma"].join(texts))

    def members(self, count: int) -> list[dict[str, Any]]:
        """Return the objects on a storage."""
        return [thing for thing in self.objects if thing["storage"] == count]

    def storage(self, count: int) -> str:
        """Return what a storage is called."""
        return str(self.words["storage"].format(number=count + 1))

    def kind(self, count: int) -> str:
        """Return what a storage holds, and where."""
        return f"{self.storages[count]['dtype']}, {self.storages[count]['device']}"

    def more(self, count: int) -> str:
        """Say how many elements of a storage are not shown, if any."""
        storage = self.storages[count]
        left: int = storage["size"] - len(storage["values"])
        return str(self.words["more"].format(count=left)) if left else ""

    def lines(self, thing: dict[str, Any]) -> list[str]:
        """Return what stands in the box of an object."""
        lines = [thing["type"]]
        if not thing["array"]:
            lines.append(f"requires_grad={thing['requires_grad']}")
        if thing["dtype"] != self.storages[thing["storage"]]["dtype"]:
            lines.append(thing["dtype"])
        lines += [f"{test}()=True" for test in thing["lazy"]]
        in_a_row = [[cell, [cell]] for cell, _ in enumerate(thing["places"])]
        if thing["places"] != in_a_row:  # else the picture of its elements says it
            lines.append(f"shape {_tuple(thing['shape'])}")
            strides = _tuple(thing["strides"])
            lines.append(
                self.words["strides"].format(strides=strides)
                if thing["array"]
                else f"stride {strides}"
            )
            if thing["offset"]:
                lines.append(f"offset {thing['offset']}")
        return [*lines, self.version(thing)]

    def version(self, thing: dict[str, Any]) -> str:
        """Say where an object's version counter stands, and whose it is."""
        if thing["version"] is None:
            return str(self.words["no_counter"])
        if thing["counter"] is None:
            return str(self.words["version"].format(version=thing["version"]))
        letter = chr(ord("A") + thing["counter"] % 26)
        return str(
            self.words["counter"].format(version=thing["version"], letter=letter)
        )


def _index(index: list[int]) -> str:
    return str(index).replace(" ", "")


def _tuple(numbers: list[int]) -> str:
    return str(tuple(numbers)).replace(" ", "")


def changed(
    data: dict[str, Any], before: dict[str, Any] | None
) -> set[tuple[int, int]]:
    """Return the cells (storage, element) whose value differs from `before`.

    Storages have no names; one is the same as before if a name looks at it.
    """
    if before is None:
        return set()
    old = {name: thing for thing in before["objects"] for name in thing["names"]}
    return {
        (thing["storage"], cell)
        for thing in data["objects"]
        for name in thing["names"]
        if name in old
        for cell, (here, there) in enumerate(
            zip(
                data["storages"][thing["storage"]]["values"],
                before["storages"][old[name]["storage"]]["values"],
            )
        )
        if here != there
    }


class _Picture:
    """The picture of one map, drawn from the top, storage by storage."""

    def __init__(self, content: _Map) -> None:
        self.map = content
        self.svg = Svg("figure-svg storagemap")
        self.used: set[str] = set()  # what the legend has to explain
        # The columns: where objects and storages begin, how wide names and objects are.
        things = content.objects
        names = [name for thing in things for name in thing["names"]]
        lines = [line for thing in things for line in content.lines(thing)]
        self.name_width = max(map(width, names)) + 2 * _PAD
        self.object_width = max(map(width, lines)) + 2 * _PAD
        self.objects = MARGIN + self.name_width + _ARROW
        self.storages = self.objects + self.object_width + _ARROW
        self.cells = self.storages + _PAD
        values = [value for storage in content.storages for value in storage["values"]]
        indices = [_index(index) for thing in things for _, index in thing["places"]]
        self.cell = max(
            [
                _CELL,
                *(width(value, SIZE + 1) + 6 for value in values),
                *(width(index) + 8 for index in indices),
            ]
        )

    def draw(self, name: str) -> Drawing:
        """Draw all."""
        top = MARGIN
        for count, _ in enumerate(self.map.storages):
            top = self.storage(count, top) + _APART
        if sum(thing["counter"] is not None for thing in self.map.objects) > 1:
            self.used.add("counter")
        legend = self.map.words["legend"]
        return Drawing(
            self.svg.dump(name, self.map.title(), _describe(self.map)),
            [legend[kind] for kind in legend if kind in self.used],
        )

    def storage(self, count: int, top: float) -> float:
        """Draw a storage and the objects on it; return where it ends."""
        things = self.map.members(count)
        heights = [self.height(thing) for thing in things]
        y = top + _OBJECTS
        bottom = y + sum(heights) + _BETWEEN * len(things)
        title, kind = self.map.storage(count), self.map.kind(count)
        more = f"… {self.map.more(count)}" if self.map.more(count) else ""
        shown = self.cell * len(self.map.storages[count]["values"])
        wide = max(
            shown + (width(more) + _PAD if more else 0),
            width(title, SIZE + 1),
            width(kind),
        )
        self.svg.box(self.storages, top, wide + 2 * _PAD, bottom - top, "storage", 4)
        self.svg.text(self.cells, top + _TITLE, title, "name")
        self.svg.text(self.cells, top + _KIND, kind, "small")
        self.values(count, top + _CELLS)
        if more:
            at = top + _CELLS + _BASE
            self.svg.text(self.cells + shown + _PAD, at, more, "note")
        for thing, height in zip(things, heights):
            self.thing(thing, y, height)
            y += height + _BETWEEN
        return bottom

    def values(self, count: int, y: float) -> None:
        """Draw the elements of a storage with their values and numbers."""
        for cell, value in enumerate(self.map.storages[count]["values"]):
            hot = ""
            if (count, cell) in self.map.changed:
                hot = " hot"
                self.used.add("changed")
            x = self.cells + cell * self.cell
            middle = x + self.cell / 2
            self.svg.box(x, y, self.cell, _CELL_HEIGHT, f"cell{hot}")
            text = value or _UNKNOWN
            self.svg.text(middle, y + _BASE, text, f"value{hot}", middle=True)
            below = y + _CELL_HEIGHT + _INDEX
            self.svg.text(middle, below, str(cell), "note", middle=True)

    def height(self, thing: dict[str, Any]) -> float:
        """Return how high the box of an object is."""
        return max(12 + LINE * len(self.map.lines(thing)), _NAME * len(thing["names"]))

    def thing(self, thing: dict[str, Any], y: float, height: float) -> None:
        """Draw an object, its names, and the elements that it looks at."""
        middle = y + height / 2
        left, lines = self.objects, self.map.lines(thing)
        round_ = 0 if thing["array"] else 11
        self.svg.box(left, y, self.object_width, height, _kind(thing), round_)
        first = middle - LINE * len(lines) / 2 + 13
        for place, line in enumerate(lines):
            kind = "small" if place else "code"
            self.svg.text(left + 10, first + LINE * place, line, kind)
        self.named(thing["names"], middle)
        self.places(thing, middle)

    def named(self, names: list[str], middle: float) -> None:
        """Draw the names of an object, one below the other, and their arrows."""
        right = MARGIN + self.name_width
        for place, name in enumerate(names):
            y = middle + _NAME * (place - (len(names) - 1) / 2)
            top = y - _NAME_HEIGHT / 2
            self.svg.box(MARGIN, top, self.name_width, _NAME_HEIGHT, "label", 3)
            self.svg.text(
                MARGIN + self.name_width / 2, y + 4.5, name, "name", middle=True
            )
            way = f"M{px(right)} {px(y)}L{px(self.objects - 7)} {px(middle)}"
            self.svg.path(way, "flow")
        self.svg.arrowhead(self.objects, middle, "flow-head", right=True)

    def places(self, thing: dict[str, Any], middle: float) -> None:
        """Draw which elements an object looks at, by its own indices."""
        indices: dict[int, list[str]] = {}
        for cell, index in thing["places"]:
            indices.setdefault(cell, []).append(_index(index))
        first = self.cells + min(indices, default=0) * self.cell
        right = self.objects + self.object_width
        self.svg.path(f"M{px(right)} {px(middle)}H{px(first - 5)}", "flow")
        if indices:
            self.svg.arrowhead(first + 2, middle, "flow-head", right=True)
        for cell, found in indices.items():
            kind, text = "place", found[0]
            if len(found) > 1:
                kind, text = "place many", f"×{len(found)}"
                self.used.add("times")
            x, top = self.cells + cell * _CELL, middle - _PLACE_HEIGHT / 2
            self.svg.box(x + 2, top, self.cell - 4, _PLACE_HEIGHT, kind, 3)
            self.svg.text(x + self.cell / 2, middle + 4.5, text, "small", middle=True)


def _kind(thing: dict[str, Any]) -> str:
    """Return the class of an object's box."""
    if thing["array"]:
        return "array"
    if not thing["requires_grad"]:
        return "tensor constant"
    return "tensor leaf" if thing["leaf"] else "tensor non-leaf"


def draw(
    data: dict[str, Any], words: Words, name: str, before: dict[str, Any] | None = None
) -> Drawing:
    """Draw a storage map.

    Args:
        data: What `sitebuild.run.capture` takes for a storage map.
        words: The table `storage` of the words of a language.
        name: Makes the ids unique on the page.
        before: The data of the picture before; what has changed is marked.
    """
    return _Picture(_Map(data, words, before)).draw(name)


def describe(
    data: dict[str, Any], words: Words, before: dict[str, Any] | None = None
) -> str:
    """Say in words what the drawing of `data` says."""
    return _describe(_Map(data, words, before))


def _describe(content: _Map) -> str:
    says, join = content.words["says"], content.join
    sentences = [
        says["same"].format(names=join(thing["names"]))
        for thing in content.objects
        if len(thing["names"]) > 1
    ]
    for count, _ in enumerate(content.storages):
        sentences += _about_storage(content, count)
    counters: dict[int, list[str]] = {}
    for thing in content.objects:
        if thing["counter"] is not None:
            counters.setdefault(thing["counter"], []).append(thing["names"][0])
    sentences += [
        says["counter"].format(names=join(names))
        for names in counters.values()
        if len(names) > 1
    ]
    return str(content.words["space"].join(sentences))


def _about_storage(content: _Map, count: int) -> Iterator[str]:
    says, join = content.words["says"], content.join
    storage, things = content.storage(count), content.members(count)
    known = [value for value in content.storages[count]["values"] if value]
    values = [join(known) or content.words["no_values"], content.more(count)]
    yield says["storage"].format(
        storage=storage,
        kind=content.kind(count),
        values=join([text for text in values if text]),
        names=join([thing["names"][0] for thing in things]),
    )
    for thing in things:
        cells = sorted({cell for cell, _ in thing["places"]})
        yield says["object"].format(
            name=thing["names"][0],
            lines=" · ".join(content.lines(thing)),
            elements=join([str(cell) for cell in cells]),
        )
    hot = [str(cell) for number, cell in sorted(content.changed) if number == count]
    if hot:
        yield says["changed"].format(storage=storage, elements=join(hot))
