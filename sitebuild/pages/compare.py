"""Where two languages part: pages, headings, fences, links, cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Union

from sitebuild.faults import Fault, Kind
from sitebuild.pages.outline import Cell, Fence, Heading, Link, Page

Entry = Union[Heading, Fence, Link, Cell]
_NAMES: dict[Kind, str] = {
    "unequal-headings": "heading",
    "unequal-snippets": "snippet",
    "unequal-links": "link",
    "unequal-cells": "code cell",
}


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
            yield Fault(
                pages[has][slug].path,
                1,
                "missing-page",
                f"this page does not exist in {lacks!r}",
                f"write docs/{lacks}/{slug}, with the same headings and snippets",
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
    kind: Kind, here: Page, there: Page, ours: Sequence[Entry], theirs: Sequence[Entry]
) -> Iterator[Fault]:
    """Give the first place where `ours` and `theirs` differ, if there is one."""
    what = _NAMES[kind]
    for number in range(max(len(ours), len(theirs))):
        mine, other = ours[number : number + 1], theirs[number : number + 1]
        if list(mine) == list(other):
            continue
        last = ours[: number + 1][-1:]
        yield Fault(
            here.path,
            last[0].line if last else 1,
            kind,
            f"{what} {number + 1} is {_short(mine)} here and {_short(other)} "
            f"in {there.path}",
            f"give both languages the same {what}s in the same order",
        )
        return


def _short(entry: Sequence[Entry]) -> str:
    if not entry:
        return "nothing more"
    text = str(entry[0])
    if len(text) < 80 and "\n" not in text:
        return text
    return repr(text if len(text) < 80 else text[:77] + "...")
