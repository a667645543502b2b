"""Whether links between pages lead to a page, and images to a file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.pages.outline import Page


def dead_links(root: Path, pages: Mapping[str, Page]) -> Iterator[Fault]:
    """Give every relative link on the pages of one language that leads nowhere.

    Anchors are looked for in the built site: many are made by the build.
    """
    for page in pages.values():
        folder = posixpath.dirname(page.slug)
        for link in page.links:
            path = link.target.partition("#")[0]
            if not path or re.match(r"[a-z]+:|//", path, re.IGNORECASE):
                continue
            slug = posixpath.normpath(posixpath.join(folder, path))
            if slug in pages:
                continue
            file = root / "docs" / page.language / slug
            if path.endswith((".md", ".ipynb")) or not file.is_file():
                yield Fault(
                    page.path,
                    link.line,
                    "dead-link",
                    f"the link to {link.target!r} leads to no page",
                    "write the way from this page's folder to the `.md` file",
                )
