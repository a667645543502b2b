"""Where two languages part: pages, headings, fences, links, cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Union

from sitebuild.faults import Fault
from sitebuild.pages.outline import Cell, Fence, Heading, Link, Page

Entry = Union[Heading, Fence, Link, Cell]


def compare(
    pages: Mapping[str, Mapping[str, Page]], unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Give every page that a language lacks, and the first differences of the others.

    The first language is what the others are compared with. No language lacks a
    page that is there and could not be read, by the paths in `unread`.
    """
    first = next(iter(pages), "")
    for other in list(pages)[1:]:
        for slug in sorted(set(pages[first]) ^ set(pages[other])):
            has, lacks = (first, other) if slug in pages[first] else (other, first)
            if f"docs/{lacks}/{slug}" in unread:
                continue
            yield Fault.of(
                pages[has][slug].path, 1, "missing-page", lacks=lacks, slug=slug
            )
        for slug in sorted(set(pages[first]) & set(pages[other])):
            here, there = pages[other][slug], pages[first][slug]
            yield from _part(
                "unequal-headings", here, there, here.headings, there.headings
            )
            yield from _part("unequal-snippets", here, there, here.fences, there.fences)
            yield from _part("unequal-links", here, there, here.links, there.links)
            yield from _part("unequal-cells", here, there, here.cells, there.cells)


def _part(
    kind: str, here: Page, there: Page, ours: Sequence[Entry], theirs: Sequence[Entry]
) -> Iterator[Fault]:
    """Give the first place where `ours` and `theirs` differ, if there is one."""
    for number in range(max(len(ours), len(theirs))):
        mine, other = ours[number : number + 1], theirs[number : number + 1]
        if list(mine) == list(other):
            continue
        last = ours[: number + 1][-1:]
        yield Fault.of(
            here.path,
            last[0].line if last else 1,
            kind,
            number=number + 1,
            here=_short(mine),
            there=_short(other),
            other=there.path,
        )
        return


def _short(entry: Sequence[Entry]) -> str:
    if not entry:
        return "nothing more"
    text = str(entry[0])
    if len(text) < 80 and "\n" not in text:
        return text
    return repr(text if len(text) < 80 else text[:77] + "...")
