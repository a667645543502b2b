"""Drawing: from the plain data of a run, and words, to SVG.

Nothing here knows of pages, of torch, or of the site.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol


class Words(Protocol):
    """The words of a drawing in one language: a dict will do."""

    def __getitem__(self, key: str, /) -> Any:
        """Return a text, or a table of texts."""


class Drawing(NamedTuple):
    """A picture, and what the signs that occur in it mean."""

    svg: str
    legend: list[str]


def kind(tensor: dict[str, Any]) -> str:
    """Return which kind of tensor it is: also the class of its box."""
    if not tensor["requires_grad"]:
        return "constant"
    return "leaf" if tensor["leaf"] else "non-leaf"
