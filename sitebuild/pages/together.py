"""What is wrong with pages as seen together: other languages, links, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.pages.outline import Page, address

# In what the languages have to agree: each place by its line, and what is there.
_PARTS: dict[str, Callable[[Page], list[tuple[int, object]]]] = {
    "unequal-headings": lambda page: [
        (heading.line, f"{'#' * heading.level} ... {{ #{heading.id} }}")
        for heading in page.headings
    ],
    "unequal-snippets": lambda page: [(use.line, use.call) for use in page.fences],
    "unequal-links": lambda page: [(link.line, link.target) for link in page.links],
    "unequal-cells": lambda page: [(cell.line, cell.source) for cell in page.cells],
}
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def compare(
    pages: Mapping[str, Mapping[str, Page]], unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Give every page that a language lacks, and the first differences of the others.

    The first language is what the others are compared with. No language lacks a
    page that is there and could not be read, by the paths in `unread`.
    """
    first = next(iter(pages), "")
    for other in list(pages)[1:]:
        ours, theirs = pages[other], pages[first]
        for slug in sorted(ours.keys() ^ theirs.keys()):
            lacks, page = (first, ours[slug]) if slug in ours else (other, theirs[slug])
            if f"docs/{lacks}/{slug}" not in unread:
                yield Fault.of(page.path, 1, "missing-page", lacks=lacks, slug=slug)
        for slug in sorted(ours.keys() & theirs.keys()):
            for kind in _PARTS:
                yield from _first_difference(kind, ours[slug], theirs[slug])


def _first_difference(kind: str, here: Page, there: Page) -> Iterator[Fault]:
    line = 1  # of the last part here
    parts = zip_longest(_PARTS[kind](here), _PARTS[kind](there))
    for number, (mine, other) in enumerate(parts, 1):
        line = mine[0] if mine else line
        if not (mine and other and mine[1] == other[1]):
            yield Fault.of(
                here.path,
                line,
                kind,
                number=number,
                here=_short(mine),
                there=_short(other),
                other=there.path,
            )
            return


def _short(part: tuple[int, object] | None) -> str:
    text = str(part[1]) if part else "nothing more"
    if len(text) < 80 and "\n" not in text:
        return text
    return repr(text if len(text) < 80 else text[:77] + "...")


def dead_links(
    root: Path, pages: Mapping[str, Page], unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Give every link of one language's pages that leads to no page and no file.

    Anchors are looked for in the built site: many are made by the build. A page
    that is there and could not be read, by the paths in `unread`, is somewhere.
    """
    for page in pages.values():
        folder = f"docs/{page.language}"
        for link in page.links:
            path = link.target.partition("#")[0]
            slug = page.slug_of(path)
            if not path or _ELSEWHERE.match(path) or slug in pages:
                continue
            if f"{folder}/{slug}" in unread:
                continue
            if path.endswith((".md", ".ipynb")) or not _is_file(root / folder, slug):
                yield Fault.of(page.path, link.line, "dead-link", target=link.target)
        for image in page.images:
            target = image.target
            if _ELSEWHERE.match(target):
                yield Fault.of(page.path, image.line, "outside-resource", target=target)
            elif not _is_file(root / folder, page.slug_of(target)):
                yield Fault.of(page.path, image.line, "dead-link", target=target)


def _is_file(folder: Path, slug: str) -> bool:
    """Whether a file lies beside the pages, and not outside of their folder."""
    return not slug.startswith(("/", "../")) and (folder / slug).is_file()


def same_pages(pages: Mapping[str, Page]) -> Iterator[Fault]:
    """Give every page that has the address or the description of one before it."""
    addresses: dict[str, Page] = {}
    descriptions: dict[str, Page] = {}
    for page in pages.values():
        here = address(page.slug)
        first = addresses.setdefault(here, page)
        if first is not page:
            yield Fault.of(page.path, 1, "same-address", path=first.path, address=here)
        first = descriptions.setdefault(page.description, page)
        if page.description and first is not page:
            yield Fault.of(page.path, 1, "same-description", path=first.path)
