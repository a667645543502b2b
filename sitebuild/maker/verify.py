"""Look at built pages: dead links, dead anchors, what is loaded from outside."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
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


@dataclass(frozen=True, order=True)
class Dead:
    """A link that leads nowhere, or to the outside where it must not."""

    file: str  # below the root of the site
    kind: str
    target: str


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


class Links:
    """Follows links within a site."""

    def __init__(
        self, folders: Collection[Path], ids: Mapping[str, frozenset[str]]
    ) -> None:
        """Prepare to follow links between the files of all `folders`.

        `ids` are those of each HTML file.
        """
        self._folders, self._ids = folders, ids
        self._found: dict[str, str | None] = {}

    def dead(self, file: str, document: Document) -> Iterator[Dead]:
        """Give all that is dead in one page."""
        for target in document.loaded:
            yield Dead(file, "outside-resource", target)
        for target in document.links:
            if kind := self.wrong(file, target):
                yield Dead(file, kind, target)

    def wrong(self, file: str, target: str) -> str:
        """Return the kind of fault that a link in `file` is, or ""."""
        path, _, fragment = target.partition("#")
        if posixpath.basename(file) == "404.html" and (path[:1] == "/" or not path):
            return ""  # its addresses are absolute: it serves any path
        there: str | None = file
        if path:
            there = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
            there = self._file(there)
        if there is None:
            return "dead-link"
        if (
            fragment
            and there.endswith(".html")
            and fragment not in self._ids.get(there, ())
            and not fragment.startswith("__")  # Material's own, made by its script
        ):
            return "dead-anchor"
        return ""

    def _file(self, path: str) -> str | None:
        """Return the file that a server answers an address with."""
        if path not in self._found:
            names = (path, posixpath.normpath(f"{path}/index.html"))
            inside = not path.startswith(("..", "/"))
            there = (n for n in names for f in self._folders if (f / n).is_file())
            self._found[path] = next(there, None) if inside else None
        return self._found[path]


def file_of(project: Project, page: Page) -> str:
    """Return where a page lies below the root of a built site."""
    prefix = project.languages[page.language].prefix
    return f"{prefix}{address(page.slug)}index.html"


def faults(project: Project, dead: Iterable[Dead]) -> Iterator[Fault]:
    """Give a fault for all that is dead, where the page has it written."""
    pages = {file_of(project, page): page for page in project.all_pages}
    for found in dead:
        path, line = found.file, 1
        if page := pages.get(path):
            path, line = page.path, _line(project, page, found.target)
        yield Fault.of(path, line, found.kind, target=found.target)


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
