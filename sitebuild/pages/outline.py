"""The outline of a page: its headings, links, fences and cells, with their lines."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sitebuild.faults import Fault, UnreadableError
from sitebuild.pages.call import Call, Form, options, parse
from sitebuild.programs import notebook

_COLONS = re.compile(r"""[a-z]+: (?!["'{\[]).*: """)
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(.*)$")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*")
_ID = re.compile(r"\{[^}]*#([A-Za-z][\w-]*)[^}]*\}\s*$")
_LINK = re.compile(r"(?<!\!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_REFERENCE = re.compile(r"\s*\[(?!\^)[^\]]+\]:\s*<?([^\s>]+)")  # [name]: target
_CODE = re.compile(r"(`+).+?\1")


@dataclass(frozen=True)
class Heading:
    """A heading; two are equal if their level and id are."""

    line: int = field(compare=False)
    level: int
    id: str
    text: str = field(compare=False)  # in Markdown, without the id

    def __str__(self) -> str:
        """Return what the languages have in common, as a page writes it."""
        return f"{'#' * self.level} ... {{ #{self.id} }}"


@dataclass(frozen=True)
class Link:
    """A link to a page or a site; two are equal if they lead to the same."""

    line: int = field(compare=False)
    target: str

    def __str__(self) -> str:
        """Return the target."""
        return self.target


@dataclass(frozen=True)
class Fence:
    """An executed fence; two are equal if they ask for the same."""

    line: int = field(compare=False)
    call: Call

    def __str__(self) -> str:
        """Return the call as a page writes it."""
        return str(self.call)


@dataclass(frozen=True)
class Cell:
    """A code cell of a notebook; two are equal if their programs are."""

    line: int = field(compare=False)  # the number of the cell
    source: str

    def __str__(self) -> str:
        """Return the program."""
        return self.source


@dataclass
class Page:
    """The outline of one page, in the order of its lines."""

    path: str  # "docs/ja/detach.md"
    slug: str  # "detach.md"
    language: str
    title: str = ""  # the text of the first heading
    fences: list[Fence] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)  # notebooks only
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, line: int, kind: str, message: str, advice: str = "") -> None:
        """Note a fault."""
        self.faults.append(Fault(self.path, line, kind, message, advice))


def address(slug: str) -> str:
    """Return the address of a page below the root of its language."""
    folder, name = posixpath.split(slug.rpartition(".")[0])
    name = "" if name == "index" else name
    return "".join(f"{part}/" for part in (folder, name) if part)


def read_page(file: Path, root: Path, forms: Mapping[str, Form]) -> Page:
    """Return the outline of one page; `forms` are the calls that it can make.

    Raises:
        UnreadableError: It is not UTF-8, or no notebook.
    """
    path = file.relative_to(root).as_posix()
    _, language, slug = path.split("/", 2)
    page = Page(path, slug, language)
    if file.suffix == ".ipynb":
        _read_notebook(page, file, root, forms)
        return page
    try:
        text = file.read_text(encoding="utf-8")
    except ValueError as error:
        fault = Fault(path, 1, "unreadable-page", f"cannot be read: {error!r}")
        raise UnreadableError(fault) from None
    _read_markdown(page, text, 1, forms, ids=True)
    return page


def read_pages(
    root: Path, languages: list[str], forms: Mapping[str, Form]
) -> tuple[dict[str, dict[str, Page]], list[Fault]]:
    """Return the pages of each language by their slug, and what cannot be read."""
    pages: dict[str, dict[str, Page]] = {}
    faults: list[Fault] = []
    for language in languages:
        folder = root / "docs" / language
        pages[language] = {}
        for file in sorted([*folder.rglob("*.md"), *folder.rglob("*.ipynb")]):
            try:
                page = read_page(file, root, forms)
            except UnreadableError as error:
                faults.append(error.fault)
                continue
            pages[language][page.slug] = page
    return pages, faults


def _read_notebook(
    page: Page, file: Path, root: Path, forms: Mapping[str, Form]
) -> None:
    for number, cell in enumerate(notebook.read(file, root)["cells"], 1):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            page.cells.append(Cell(number, source))
            continue
        text = Page(page.path, page.slug, page.language)
        _read_markdown(text, source, 1, forms, ids=False)
        page.title = page.title or text.title
        # A cell's id is the id of its heading: see `sitebuild.maker.notebook`.
        page.headings += [
            Heading(number, found.level, cell["id"], found.text)
            for found in text.headings
        ]
        page.links += [Link(number, found.target) for found in text.links]


def _read_markdown(
    page: Page, text: str, first_line: int, forms: Mapping[str, Form], ids: bool
) -> None:
    """Add the outline of Markdown `text` to `page`."""
    fence: tuple[str, str, int] | None = None  # its mark, header and line
    code: list[str] = []
    lines = text.splitlines()
    start = 0
    if lines and lines[0] == "---":  # front matter
        start = next((n for n, t in enumerate(lines[1:], 1) if t == "---"), 0) + 1
        for number, line in enumerate(lines[:start], first_line):
            if _COLONS.match(line):
                page.wrong(
                    number,
                    "front-matter",
                    "this line of the front matter is not YAML: a second colon",
                    "put the text in quotes, or leave the colon out",
                )
    for number, line in enumerate(lines[start:], first_line + start):
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence[0]) and not found[2]:
                if "exec=" in fence[1]:
                    _read_fence(page, fence[2], fence[1], code, forms)
                fence = None
            else:
                code.append(line)
            continue
        if found:
            fence, code = (found[1], found[2], number), []
            continue
        above = lines[number - first_line - 1] if number > first_line else ""
        if ids and above.strip() and _UNDERLINE.fullmatch(line):
            page.wrong(
                number,
                "underlined-heading",
                f"{line!r} makes a heading of the line above it",
                "write headings as `## text { #id }`, rules after an empty line",
            )
        if heading := _HEADING.match(line):
            _read_heading(page, number, heading, ids)
        for target in _LINK.findall(_CODE.sub("`", line)) + _REFERENCE.findall(line):
            page.links.append(Link(number, target))
    if fence:
        page.wrong(
            fence[2],
            "open-fence",
            "this fence is never closed",
            f"end it with a line that is {fence[0]}",
        )


def _read_heading(page: Page, line: int, heading: re.Match[str], ids: bool) -> None:
    named = _ID.search(heading[2])
    text = _ID.sub("", heading[2]).strip()
    if named and named[1] in {other.id for other in page.headings}:
        page.wrong(
            line,
            "same-id",
            f"a second heading has the id {named[1]!r}",
            "give it another, the same in both languages",
        )
    if ids and not named:
        page.wrong(
            line,
            "no-id",
            f"the heading {heading[2]!r} has no id",
            "end it with `{ #id }`, the same id in both languages",
        )
    page.title = page.title or text.replace("`", "").strip()
    id_ = named[1] if named else ""
    page.headings.append(Heading(line, len(heading[1]), id_, text))


def _read_fence(
    page: Page, line: int, header: str, code: list[str], forms: Mapping[str, Form]
) -> None:
    asked = options(header)
    try:
        page.fences.append(Fence(line, parse("\n".join(code), asked, forms)))
    except ValueError as error:
        shown = " ".join([*code, *(f'{name}="{text}"' for name, text in asked.items())])
        page.wrong(
            line + 1,
            "unknown-call",
            f"a fence with exec cannot hold {shown!r}",
            str(error),
        )
