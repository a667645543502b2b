"""Look at the built site: dead links, dead anchors, what is loaded from outside."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from sitebuild.faults import Fault, Kind
from sitebuild.pages.outline import Page, address
from sitebuild.project import Project

_TAG = re.compile(r"<(?:a|link|img|script|iframe|source)\s[^>]*>")
_ATTRIBUTE = re.compile(r'\s(href|src)="?([^"\s>]+)')
_ANCHOR = re.compile(r'\sid="?([^"\s>]+)')


def built(project: Project, site: Path, page: Page) -> Path:
    """Return the file in which a page lies in a built site."""
    folder = site / project.languages[page.language].prefix
    return folder / address(page.slug) / "index.html"


def verify(project: Project, site: Path) -> list[Fault]:
    """Return every dead link, dead anchor and outside resource of a built site."""
    pages = {
        built(project, site, page): page
        for by_slug in project.pages.values()
        for page in by_slug.values()
    }
    faults = []
    for where, kind, what, target in _dead(site):
        page = pages.get(site / where)
        path, line = where, 1
        if page:
            path, line = page.path, _line(project.root / page.path, target)
        faults.append(Fault(path, line, kind, f"{what}: {target}"))
    return faults


def _line(file: Path, target: str) -> int:
    """Return the line of a page on which a target is written."""
    written = re.compile(rf"""["'=(]{re.escape(target)}["'\s>)]""")
    lines = file.read_text(encoding="utf-8").splitlines()
    return next((n for n, text in enumerate(lines, 1) if written.search(text)), 1)


def _dead(site: Path) -> Iterator[tuple[str, Kind, str, str]]:
    """Give file, kind of fault, what is wrong, and the address."""
    files = {
        file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()
    }
    texts = {
        name: (site / name).read_text(encoding="utf-8")
        for name in sorted(files)
        if name.endswith(".html")
    }
    anchors = {name: set(_ANCHOR.findall(text)) for name, text in texts.items()}
    for where, text in texts.items():
        for tag in _TAG.findall(text):
            for attribute, target in _ATTRIBUTE.findall(tag):
                if re.match(r"(?:[a-z]+:|//)", target):
                    loads = not tag.startswith("<a") and not re.search(
                        r'rel="?(canonical|alternate)', tag
                    )
                    if loads and not target.startswith("data:"):
                        yield where, "outside-resource", "loads from outside", target
                    continue
                path, _, fragment = target.partition("#")
                if where.endswith("404.html") and (path.startswith("/") or not path):
                    continue  # its addresses are absolute: it serves any path
                file = where
                if path:
                    folder = posixpath.dirname(where)
                    file = posixpath.normpath(posixpath.join(folder, path))
                if file not in files:
                    file = posixpath.normpath(f"{file}/index.html")
                if file not in files:
                    yield where, "dead-link", f"{attribute} leads nowhere", target
                elif (
                    fragment
                    and file in anchors
                    and fragment not in anchors[file]
                    and not fragment.startswith("__")
                ):
                    yield where, "dead-anchor", "there is no anchor", target
