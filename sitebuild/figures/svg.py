"""A few lines of SVG: what the figures are written with.

Positions are in pixels. Colours and strokes are classes of
docs/assets/site.css. Elements are built, never pasted together from text:
whatever a text or an attribute holds, the drawing stays well-formed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from xml.etree import ElementTree

SIZE = 12  # of text, in pixels; small text is 11
LINE = 17  # from one line of text to the next
MARGIN = 3.0  # around a drawing: the thickest line is 3 wide


def width(text: str, size: float = SIZE) -> float:
    """Return about how wide `text` is at most in a monospaced font."""
    cells = sum(1.66 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return cells * size * 0.605


_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"  # not in HTML or XML
    "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"  # break or reorder what follows
)


def visible(text: str) -> str:
    r"""Write the characters of a text that act unseen as Python does: ``\x1b``."""
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


def px(value: float) -> str:
    """Write a coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def dump(root: ElementTree.Element, name: str, title: str, description: str) -> str:
    """Return the element `svg` as text, with its text alternative.

    `name` makes the ids unique on the page; it has no white space.
    """
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        element.text = visible(text)
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


class Svg:
    """Collects the elements of one drawing, and how large it is."""

    def __init__(self, kind: str) -> None:
        """Begin with nothing; `kind` is the class of the whole."""
        self._root = ElementTree.Element(
            "svg", {"class": kind, "xmlns": "http://www.w3.org/2000/svg"}
        )
        self._right = self._bottom = 0.0

    def _add(self, tag: str, kind: str, **places: float) -> ElementTree.Element:
        attributes = {key: px(value) for key, value in places.items()}
        return ElementTree.SubElement(self._root, tag, {"class": kind, **attributes})

    def cover(self, points: Iterable[tuple[float, float]]) -> None:
        """Make room for lines through `points`."""
        for x, y in points:
            self._right, self._bottom = max(self._right, x), max(self._bottom, y)

    def text(
        self, x: float, y: float, text: str, kind: str, middle: bool = False
    ) -> None:
        """Write `text` with its baseline at `y`, from `x` on or around it."""
        element = self._add("text", kind, x=x, y=y)
        element.text = visible(text)
        right = width(element.text)
        if middle:
            element.set("text-anchor", "middle")
            right /= 2
        self.cover([(x + right, y + 4)])

    def box(
        self, x: float, y: float, w: float, h: float, kind: str, round_: float = 0
    ) -> None:
        """Draw a rectangle."""
        self.cover([(x + w, y + h)])
        rect = self._add("rect", kind, x=x, y=y, width=w, height=h)
        if round_:
            rect.set("rx", px(round_))

    def chamfered(self, x: float, y: float, w: float, h: float, kind: str) -> None:
        """Draw a rectangle whose corners are cut off."""
        self.cover([(x + w, y + h)])
        cut = 7
        across, down = px(w - 2 * cut), px(h - 2 * cut)
        self.path(
            f"M{px(x + cut)} {px(y)}h{across}l{cut} {cut}v{down}"
            f"l-{cut} {cut}h-{across}l-{cut} -{cut}v-{down}z",
            kind,
        )

    def path(self, d: str, kind: str) -> None:
        """Draw a line; `cover` makes room for it where no box does."""
        self._add("path", kind).set("d", d)

    def arrowhead(self, x: float, y: float, kind: str, right: bool = False) -> None:
        """Draw the head of an arrow that ends at a point, downwards or to the right."""
        way = "l-7 -4v8z" if right else "l-4 -7h8z"
        self.path(f"M{px(x)} {px(y)}{way}", kind)

    def dump(self, name: str, title: str, description: str) -> str:
        """Return the drawing as text: see `dump`."""
        w, h = (str(int(side + MARGIN)) for side in (self._right, self._bottom))
        self._root.set("width", w)
        self._root.set("height", h)
        self._root.set("viewBox", f"0 0 {w} {h}")
        return dump(self._root, name, title, description)
