"""Whether the menus of all languages list the same pages in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.utils.yaml import yaml_load

from sitebuild.faults import Fault
from sitebuild.words import Language


def unequal(root: Path, languages: dict[str, Language]) -> Iterator[Fault]:
    """Give each page that is listed twice, and where a language first differs.

    That a page is listed nowhere, or is none, MkDocs finds.
    """
    listed = {one.config: _pages(root, one.config) for one in languages.values()}
    first = next(iter(listed), "")
    for config, pages in listed.items():
        for number, page in enumerate(pages, 1):
            if page in pages[: number - 1]:
                kind = "unequal-nav/twice"
            elif pages[:number] != listed[first][:number]:
                kind = "unequal-nav/order"
            else:
                continue
            line = 1  # if it is inherited
            text = (root / config).read_text(encoding="utf-8")
            for place, words in enumerate(text.splitlines(), 1):
                if page in re.split(r"[\s,\[\]]+", words):
                    line = place
            yield Fault.of(config, line, kind, number=number, page=page, first=first)
            break


def _pages(root: Path, config: str) -> list[str]:
    with (root / config).open("rb") as file:
        return list(_leaves(yaml_load(file).get("nav", [])))


def _leaves(nav: Any) -> Iterator[str]:
    """Give the pages in a part of `nav`: a page, a list, a title with either."""
    if isinstance(nav, str):
        yield nav
    else:
        for below in nav.values() if isinstance(nav, dict) else nav:
            yield from _leaves(below)
