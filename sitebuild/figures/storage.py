"""Draw who shares memory with whom, from what a run took of it.

It is read from left to right: the names of the program, the objects that they
stand for, and the storage that the objects look at, element by element.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sitebuild.figures import Drawing, Words, kind
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

    def join(self, texts: list[str]) -> str:
        """Write a list in words."""
        return str(self.words["comma"].join(texts))

    def members(self, count: int) -> list[dict[str, Any]]:
        """Return the objects on a storage."""
        return [thing for thing in self.objects if thing["storage"] == count]

    def about(self, count: int) -> tuple[str, str, str]:
        """Return a storage's name, what it holds and where, and what is not shown."""
        storage = self.storages[count]
        left = storage["size"] - len(storage["values"])
        return (
            self.words["storage"].format(number=count + 1),
            f"{storage['dtype']}, {storage['device']}",
            self.words["more"].format(count=left) if left else "",
        )

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
            lines.append(f"shape {_packed(tuple(thing['shape']))}")
            strides = _packed(tuple(thing["strides"]))
            lines.append(
                self.words["strides"].format(strides=strides)
                if thing["array"]
                else f"stride {strides}"
            )
            if thing["offset"]:
                lines.append(f"offset {thing['offset']}")
        if thing["version"] is None:
            return [*lines, self.words["no_counter"]]
        if thing["counter"] is None:
            version = self.words["version"].format(version=thing["version"])
            return [*lines, version]
        letter = chr(ord("A") + thing["counter"] % 26)
        version = self.words["counter"].format(version=thing["version"], letter=letter)
        return [*lines, version]

    def description(self) -> str:
        """Say in words what the picture shows."""
        says = self.words["says"]
        sentences = [
            says["same"].format(names=self.join(thing["names"]))
            for thing in self.objects
            if len(thing["names"]) > 1
        ]
        for count, _ in enumerate(self.storages):
            sentences += self.about_storage(count)
        counters: dict[int, list[str]] = {}
        for thing in self.objects:
            if thing["counter"] is not None:
                counters.setdefault(thing["counter"], []).append(thing["names"][0])
        sentences += [
            says["counter"].format(names=self.join(names))
            for names in counters.values()
            if len(names) > 1
        ]
        return str(self.words["space"].join(sentences))

    def about_storage(self, count: int) -> Iterator[str]:
        """Say what a storage holds, and who looks at what of it."""
        says, join = self.words["says"], self.join
        (storage, kind, more), things = self.about(count), self.members(count)
        known = [value for value in self.storages[count]["values"] if value]
        values = join(known) or self.words["no_values"]
        yield says["storage"].format(
            storage=storage,
            kind=kind,
            values=join([values, more]) if more else values,
            names=join([thing["names"][0] for thing in things]),
        )
        for thing in things:
            cells = sorted({cell for cell, _ in thing["places"]})
            yield says["object"].format(
                name=thing["names"][0],
                lines=" · ".join(self.lines(thing)),
                elements=join([str(cell) for cell in cells]),
            )
        hot = [str(cell) for number, cell in sorted(self.changed) if number == count]
        if hot:
            yield says["changed"].format(storage=storage, elements=join(hot))


def _packed(numbers: list[int] | tuple[int, ...]) -> str:
    return str(numbers).replace(" ", "")


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
        indices = [_packed(index) for thing in things for _, index in thing["places"]]
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
        words = self.map.words
        title = words["title"].format(names=self.map.join(self.map.names))
        return Drawing(
            self.svg.dump(name, title, self.map.description()),
            [words["legend"][sign] for sign in words["legend"] if sign in self.used],
        )

    def storage(self, count: int, top: float) -> float:
        """Draw a storage and the objects on it; return where it ends."""
        things = self.map.members(count)
        heights = [self.height(thing) for thing in things]
        y = top + _OBJECTS
        bottom = y + sum(heights) + _BETWEEN * len(things)
        title, kind, more = self.map.about(count)
        more = more and f"… {more}"
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
        look, round_ = ("array", 0) if thing["array"] else (f"tensor {kind(thing)}", 11)
        self.svg.box(left, y, self.object_width, height, look, round_)
        first = middle - LINE * len(lines) / 2 + 13
        for place, line in enumerate(lines):
            look = "small" if place else "code"
            self.svg.text(left + 10, first + LINE * place, line, look)
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
            indices.setdefault(cell, []).append(_packed(index))
        first = self.cells + min(indices, default=0) * self.cell
        right = self.objects + self.object_width
        self.svg.path(f"M{px(right)} {px(middle)}H{px(first - 5)}", "flow")
        if indices:
            self.svg.arrowhead(first + 2, middle, "flow-head", right=True)
        for cell, found in indices.items():
            look, text = "place", found[0]
            if len(found) > 1:
                look, text = "place many", f"×{len(found)}"
                self.used.add("times")
            x, top = self.cells + cell * self.cell, middle - _PLACE_HEIGHT / 2
            self.svg.box(x + 2, top, self.cell - 4, _PLACE_HEIGHT, look, 3)
            self.svg.text(x + self.cell / 2, middle + 4.5, text, "small", middle=True)


def draw(
    data: dict[str, Any], words: Words, name: str, before: dict[str, Any] | None = None
) -> Drawing:
    """Draw what `sitebuild.run.capture` takes for a storage map.

    `name` makes the ids unique on the page; what differs from the data `before`,
    of the picture beside it, is marked.
    """
    return _Picture(_Map(data, words, before)).draw(name)
