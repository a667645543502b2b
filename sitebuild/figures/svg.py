"""A few lines of SVG: what the figures are written with.

Positions are in pixels and a drawing is never scaled, so text has the size
that it is given here. Colours and strokes are classes of docs/assets/site.css.
"""

from __future__ import annotations

import html
import unicodedata

SIZE = 12  # of text, in pixels; small text is 11
LINE = 17  # from one line of text to the next


def width(text: str, size: float = SIZE) -> float:
    """Return about how wide `text` is at most in a monospaced font."""
    cells = sum(1.66 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return cells * size * 0.605


class Svg:
    """Collects the elements of one drawing, and how large it is."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._parts: list[str] = []
        self._right = self._bottom = 0.0

    def _covers(self, x: float, y: float) -> None:
        self._right, self._bottom = max(self._right, x), max(self._bottom, y)

    def text(
        self, x: float, y: float, text: str, kind: str = "", anchor: str = "start"
    ) -> None:
        """Write `text` with its baseline at `y`."""
        if not text:
            return
        far = {"start": 1.0, "middle": 0.5, "end": 0.0}[anchor] * width(text)
        self._covers(x + far, y + 4)
        class_ = f' class="{kind}"' if kind else ""
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}"{class_}{at}>'
            f"{html.escape(text, quote=False)}</text>"
        )

    def box(
        self, x: float, y: float, w: float, h: float, kind: str, round_: float = 0
    ) -> None:
        """Draw a rectangle."""
        self._covers(x + w, y + h)
        corner = f' rx="{round_:g}"' if round_ else ""
        self._parts.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" '
            f'height="{h:.1f}"{corner}/>'
        )

    def chamfered(
        self, x: float, y: float, w: float, h: float, kind: str, cut: float = 7
    ) -> None:
        """Draw a rectangle whose corners are cut off."""
        self._covers(x + w, y + h)
        self._parts.append(
            f'<path class="{kind}" data-box="{x:.1f} {y:.1f} {w:.1f} {h:.1f}" '
            f'd="M{x + cut:.1f} {y:.1f}h{w - 2 * cut:.1f}l{cut} {cut}v{h - 2 * cut:.1f}'
            f'l-{cut} {cut}h-{w - 2 * cut:.1f}l-{cut} -{cut}v-{h - 2 * cut:.1f}z"/>'
        )

    def cover(self, points: list[tuple[float, float]]) -> None:
        """Make room for lines through `points`."""
        for x, y in points:
            self._covers(x, y)

    def path(self, d: str, kind: str) -> None:
        """Draw a line; `cover` makes room for it where no box does."""
        self._parts.append(f'<path class="{kind}" d="{d}"/>')

    def arrowhead(self, x: float, y: float, kind: str, right: bool = False) -> None:
        """Draw the head of an arrow that ends at a point, downwards or to the right."""
        self._parts.append(
            f'<path class="{kind}" d="M{x:.1f} {y:.1f}'
            + ("l-7 -4v8z" if right else "l-4 -7h8z")
            + '"/>'
        )

    def finish(self, name: str, title: str, description: str, kind: str) -> str:
        """Return the drawing with its text alternative.

        Args:
            name: Makes the ids unique on the page.
            title: What this is, in a few words.
            description: What the drawing says, in words.
            kind: Its class.
        """
        w, h = int(self._right + 2.5), int(self._bottom + 2.5)
        return (
            f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" width="{w}" '
            f'height="{h}" viewBox="0 0 {w} {h}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{html.escape(title, quote=False)}</title>'
            f'<desc id="{name}-desc">{html.escape(description, quote=False)}</desc>'
            f"{''.join(self._parts)}</svg>"
        )
