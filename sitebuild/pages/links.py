"""Whether links between pages lead to a page, and images to a file of the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.pages.outline import Page

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def dead_links(
    root: Path, pages: Mapping[str, Page], unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Give every relative link on the pages of one language that leads nowhere.

    Anchors are looked for in the built site: many are made by the build. A page
    that is there and could not be read, by the paths in `unread`, is somewhere.
    """
    for page in pages.values():
        for link in page.links:
            path = link.target.partition("#")[0]
            if not path or _ELSEWHERE.match(path):
                continue
            slug = _slug(page, path)
            if slug in pages or f"docs/{page.language}/{slug}" in unread:
                continue
            if path.endswith((".md", ".ipynb")) or not _is_file(root, page, path):
                yield Fault.of(
                    page.path,
                    link.line,
                    "dead-link",
                    target=link.target,
                )
        for image in page.images:
            if _ELSEWHERE.match(image.target):
                yield Fault.of(
                    page.path, image.line, "outside-resource", target=image.target
                )
            elif not _is_file(root, page, image.target):
                yield Fault.of(
                    page.path,
                    image.line,
                    "dead-link",
                    target=image.target,
                )


def _slug(page: Page, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page.slug), path))


def _is_file(root: Path, page: Page, path: str) -> bool:
    """Whether a relative path leads to a file beside the pages."""
    slug = _slug(page, path)
    if slug.startswith(("/", "../")):
        return False
    return (root / "docs" / page.language / slug).is_file()
