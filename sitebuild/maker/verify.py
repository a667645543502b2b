"""Look at built pages: dead links, dead anchors, what is loaded from outside."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.pages.outline import Page, address
from sitebuild.project import Project

_TAG = re.compile(r"<(a|link|img|script|iframe|source)\s([^>]*)>")
_ATTRIBUTE = re.compile(r'(?:^|\s)(?:href|src)="?([^"\s>]+)')
_ELSEWHERE = re.compile(r"[a-z]+:|//", re.IGNORECASE)
_NOT_LOADED = re.compile(r'rel="?(canonical|alternate)')
# In a style sheet, and in a script.
_LOADED = re.compile(
    r"""(?:\burl\(\s*["']?|(?:@import|\bfetch|\bfrom|\bimport)[\s(]*["'`])"""
    r"""((?:(?:https?|wss?):)?//[^\s"'`)]+)""",
    re.IGNORECASE,
)
_ID = re.compile(r'\sid="?([^"\s>]+)')


@dataclass(frozen=True)
class Document:
    """What a built page has to do with others."""

    ids: frozenset[str]
    links: frozenset[str]  # addresses within the site
    loaded: frozenset[str]  # addresses outside that a browser asks by itself


def read(html: str) -> Document:
    """Return what a page has to do with others."""
    links: set[str] = set()
    loaded: set[str] = set()
    for tag, attributes in set(_TAG.findall(html)):
        for target in _ATTRIBUTE.findall(attributes):
            if not _ELSEWHERE.match(target):
                links.add(target)
            elif (
                tag != "a"
                and not target.startswith("data:")
                and not _NOT_LOADED.search(attributes)
            ):
                loaded.add(target)
    return Document(frozenset(_ID.findall(html)), frozenset(links), frozenset(loaded))


def file_of(project: Project, page: Page) -> str:
    """Return where a page lies below the root of a built site."""
    prefix = project.languages[page.language].prefix
    return f"{prefix}{address(page.slug)}index.html"


def dead(
    project: Project,
    folders: Collection[Path],
    documents: Mapping[str, Document],
    files: Collection[str],
) -> Iterator[Fault]:
    """Give all that is dead in `files`, where their pages have it written.

    Args:
        project: Whose site it is.
        folders: Where its files lie.
        documents: All of its HTML files.
        files: Which of these to look at.
    """
    pages = {file_of(project, page): page for page in project.all_pages}

    @functools.cache
    def answer(path: str) -> str:
        """Return the file that a server answers an address with, or ""."""
        names = (path, posixpath.normpath(f"{path}/index.html"))
        if path.startswith(("..", "/")):
            return ""
        there = (n for n in names for f in folders if (f / n).is_file())
        return next(there, "")

    def kind(file: str, target: str) -> str:
        """Return the kind of fault that a link in `file` is, or ""."""
        path, _, fragment = target.partition("#")
        if posixpath.basename(file) == "404.html" and (path[:1] == "/" or not path):
            return ""  # its addresses are absolute: it serves any path
        there = file
        if path:
            path = posixpath.join(posixpath.dirname(file), path)
            there = answer(posixpath.normpath(path))
        if not there:
            return "dead-link"
        if not fragment or fragment.startswith("__"):  # Material's own, by its script
            return ""
        known = there not in documents or fragment in documents[there].ids
        return "" if known else "dead-anchor"

    for file in files:
        wrong = dict.fromkeys(documents[file].loaded, "outside-resource")
        wrong |= {target: kind(file, target) for target in documents[file].links}
        page = pages.get(file)
        for target in filter(wrong.get, wrong):
            line = _line(project, page, target) if page else 1
            path = page.path if page else file
            yield Fault.of(path, line, wrong[target], target=target)


def loaded(assets: Path, path: str) -> Iterator[Fault]:
    """Give what style sheets and scripts in `assets`, which is `path`, load."""
    for file in sorted(assets.rglob("*.*")):
        if file.suffix in (".css", ".js"):
            text = file.read_text(encoding="utf-8", errors="replace")
            for found in _LOADED.finditer(text):
                yield Fault.of(
                    f"{path}/{file.relative_to(assets).as_posix()}",
                    text[: found.start(1)].count("\n") + 1,
                    "outside-resource",
                    target=found[1],
                )


def _line(project: Project, page: Page, target: str) -> int:
    """Return the line of a page on which a link to `target` is written."""
    here = address(page.slug)
    to, _, wanted = target.partition("#")
    to = posixpath.normpath(posixpath.join(here, to))
    for link in page.links:
        path, _, anchor = link.target.partition("#")
        leads = address(page.slug_of(path)) if path else here
        if (posixpath.normpath(leads), anchor) == (to, wanted):
            return link.line
    written = re.compile(rf"""["'=(]{re.escape(target)}["'\s>)]""")
    lines = (project.root / page.path).read_text(encoding="utf-8").splitlines()
    return next((n for n, text in enumerate(lines, 1) if written.search(text)), 1)
