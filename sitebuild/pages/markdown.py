"""A page's Markdown, taken apart: its front matter, its blocks of code, its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A list item, an admonition, a tab, a definition, a footnote: what is indented
# below it belongs to it.
_CONTAINER = re.compile(r"[-*+] |\d+[.)] |!!! |\?\?\?\+? |=== |: |\[\^[^\]]+\]:")
_FENCE = re.compile(r"([>\s]*)(`{3,}|~{3,})(.*)")


@dataclass(frozen=True)
class Line:
    """A line outside all blocks of code that have a fence around them."""

    number: int
    text: str
    above: str  # the line before it
    contained: bool  # below a list item or the like

    @property
    def is_code(self) -> bool:
        """Whether Markdown takes it for code: indented, after an empty line."""
        if self.contained or self.above.strip():
            return False
        return self.text.startswith("    ") and not self.text.isspace()


@dataclass(frozen=True)
class Block:
    """A block of code with a fence around it."""

    number: int  # of the line that begins it
    above: str  # the line before that
    indent: str  # what stands before the fence: spaces, `>`
    mark: str  # the fence itself: "```"
    header: str  # what stands behind it
    code: str
    closed: bool


def parts(lines: Iterable[tuple[int, str]]) -> Iterator[Line | Block]:
    """Part numbered lines into blocks of code and the lines around them."""
    rest = iter(lines)
    above, contained = "", False
    for number, text in rest:
        fence = _FENCE.fullmatch(text)
        if not fence:
            if text.strip() and not text.startswith((" ", "\t")):
                contained = bool(_CONTAINER.match(text))
            yield Line(number, text, above, contained)
            above = text
            continue
        indent, mark, header = fence.groups()
        code, closed, before = [], False, above
        for _, above in rest:
            end = _FENCE.fullmatch(above)
            if end and end[2].startswith(mark) and not end[3].strip():
                closed = True
                break
            code.append(above.removeprefix(indent))
        yield Block(
            number, before, indent, mark, header.strip(" "), "\n".join(code), closed
        )


def is_fence(text: str) -> bool:
    """Whether a line begins or ends a block of code."""
    return _FENCE.fullmatch(text) is not None


def front_matter(text: str) -> tuple[list[str] | None, list[tuple[int, str]]]:
    """Part a page into the lines of its front matter and the numbered ones after.

    The first are None if there is no front matter, or none that ends.
    """
    lines = text.split("\n")
    numbered = list(enumerate(lines, 1))
    if lines[0] != "---" or "---" not in lines[1:]:
        return None, numbered
    end = lines.index("---", 1)
    return lines[1:end], numbered[end + 1 :]
