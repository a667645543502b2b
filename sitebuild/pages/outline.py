"""The outline of a page: its headings, links, fences and cells, with their lines.

What can be wrong with one page is found here, while it is read.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sitebuild.faults import Fault, UnreadableError
from sitebuild.pages.call import Call, Form, options, parse
from sitebuild.programs import notebook
from sitebuild.programs import text as files

# What the theme and its search read in the front matter, and this project uses.
FRONT_MATTER = ("description", "hide", "search")

_Line = tuple[int, str]  # its number, and its text
_FENCE = re.compile(r"([>\s]*)(`{3,}|~{3,})(.*)")
# A list item, an admonition, a tab, a definition, a footnote: what is indented
# below it belongs to it.
_CONTAINER = re.compile(r"[-*+] |\d+[.)] |!!! |\?\?\?\+? |=== |: |\[\^[^\]]+\]:")
_COLONS = re.compile(r"""[a-z]+: (?!["'{\[]).*: """)
_CONFLICT = re.compile(r"(<{7}|>{7})( |$)")
_EXECUTED = re.compile(r"""python exec="on"(?: [a-z]+=(?:"[^"]*"|'[^']*'))*""")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*")
_ID = re.compile(r"\{[^}]*#([A-Za-z][\w-]*)[^}]*\}\s*$")
_LINK = re.compile(r"(?<!\!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)[^)]*\)")
_REFERENCE = re.compile(r"\s*\[(?!\^)[^\]]+\]:\s*<?([^\s>]+)")  # [name]: target
_CODE = re.compile(r"(`+).+?\1")
_TAG = re.compile(r"<(?:!--|/?[A-Za-z][\w-]*(?=[\s/>]))")
_RANDOM_ID = re.compile(r"(?=.*\d)[0-9a-f]{8}(-[0-9a-f-]{27})?")  # Jupyter gave it


@dataclass(frozen=True)
class Heading:
    """A heading."""

    line: int
    level: int
    id: str
    text: str  # in Markdown, without the id


@dataclass(frozen=True)
class Link:
    """A link, or an image."""

    line: int
    target: str


@dataclass(frozen=True)
class Fence:
    """An executed fence."""

    line: int
    call: Call


@dataclass(frozen=True)
class Cell:
    """A code cell of a notebook."""

    line: int  # the number of the cell
    source: str


@dataclass
class Page:
    """The outline of one page, in the order of its lines."""

    path: str  # "docs/ja/detach.md"
    slug: str  # "detach.md"
    language: str
    title: str = ""  # the text of the first heading
    description: str = ""
    fences: list[Fence] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: list[Link] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)  # notebooks only
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, line: int, kind: str, /, **values: object) -> None:
        """Note a fault."""
        self.faults.append(Fault.of(self.path, line, kind, **values))

    def slug_of(self, path: str) -> str:
        """Return the slug of the page that a link to `path` leads to from this one."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.slug), path))


def address(slug: str) -> str:
    """Return the address of a page below the root of its language."""
    folder, name = posixpath.split(slug.rpartition(".")[0])
    name = "" if name == "index" else name
    return "".join(f"{part}/" for part in (folder, name) if part)


def read_page(file: Path, root: Path, forms: Mapping[str, Form]) -> Page:
    """Return the outline of one page; `forms` are the calls that it can make.

    Raises:
        UnreadableError: It is no text, or no notebook.
    """
    path = file.relative_to(root).as_posix()
    _, language, slug = path.split("/", 2)
    page = Page(path, slug, language)
    if file.suffix == ".ipynb":
        cells = notebook.read(file, root)["cells"]
        for number, cell in enumerate(cells, 1):
            _read_cell(page, number, cell)
    else:
        lines = list(enumerate(files.read(file, root).split("\n"), 1))
        _read_markdown(page, _read_front_matter(page, lines), forms)
    _check_headings(page)
    return page


def read_pages(
    root: Path, languages: Iterable[str], forms: Mapping[str, Form]
) -> tuple[dict[str, dict[str, Page]], list[Fault]]:
    """Return the pages of each language by their slug, and what cannot be read."""
    pages: dict[str, dict[str, Page]] = {}
    faults: list[Fault] = []
    for language in languages:
        folder = root / "docs" / language
        pages[language] = {}
        for file in sorted([*folder.rglob("*.md"), *folder.rglob("*.ipynb")]):
            if any(name.startswith(".") for name in file.relative_to(folder).parts):
                continue  # Jupyter's checkpoints; MkDocs leaves them out too
            try:
                page = read_page(file, root, forms)
            except UnreadableError as error:
                faults.append(error.fault)
                continue
            pages[language][page.slug] = page
    return pages, faults


def _read_front_matter(page: Page, lines: list[_Line]) -> list[_Line]:
    """Read the front matter of a page; return the lines after it."""
    if lines[0][1] != "---":
        page.wrong(1, "no-description")
        return lines
    end = next((number for number, text in lines[1:] if text == "---"), 0)
    if not end:
        page.wrong(1, "front-matter/no-end")
        return lines
    for number, line in lines[1 : end - 1]:
        key, colon, value = line.partition(":")
        if key == "description":
            page.description = value.strip().strip("\"'")
        if not colon or key not in FRONT_MATTER:
            page.wrong(
                number, "front-matter/key", line=line, keys=", ".join(FRONT_MATTER)
            )
        elif _COLONS.match(line):
            page.wrong(number, "front-matter/colon")
    if not page.description:
        page.wrong(1, "no-description")
    return lines[end:]


def _read_markdown(
    page: Page, lines: Iterable[_Line], forms: Mapping[str, Form]
) -> None:
    rest = iter(lines)
    above = ""  # the line before
    contained = False  # below a list item or the like
    for number, text in rest:
        if fence := _FENCE.fullmatch(text):
            above = _read_block(page, number, fence, above, rest, forms)
            continue
        if text.strip():
            if not text.startswith((" ", "\t")):
                contained = bool(_CONTAINER.match(text))
            _read_line(page, number, text, above, contained)
        above = text


def _read_block(
    page: Page,
    number: int,
    fence: re.Match[str],
    above: str,
    rest: Iterator[_Line],
    forms: Mapping[str, Form],
) -> str:
    """Read a block of code that `fence` begins; return its last line."""
    indent, mark, header = fence.groups()
    lines = []
    for _, text in rest:
        end = _FENCE.fullmatch(text)
        if end and end[2].startswith(mark) and not end[3].strip():
            break
        lines.append(text.removeprefix(indent))
    else:
        page.wrong(number, "open-fence", mark=mark)
        return ""
    header = header.strip(" ")
    if not _EXECUTED.fullmatch(header):
        page.wrong(number, "not-run/block", header=header)
        return text
    if indent or above.strip():
        page.wrong(number, "misplaced-fence/begin")
    code = "\n".join(lines).strip()
    try:
        page.fences.append(Fence(number, parse(code, options(header), forms)))
    except ValueError as error:
        figures = header.removeprefix('python exec="on"')
        page.wrong(number + 1, "unknown-call", code=code + figures, usage=error)
    return text


def _read_line(page: Page, number: int, text: str, above: str, contained: bool) -> None:
    if _FENCE.fullmatch(above):
        page.wrong(number, "misplaced-fence/above")
    elif above.strip() and _UNDERLINE.fullmatch(text):
        page.wrong(number, "underlined-heading", text=text)
    if text.startswith("    ") and not contained and not above.strip():
        page.wrong(number, "not-run/indented")
        return
    if _CONFLICT.match(text):
        page.wrong(number, "merge-conflict")
        return
    if heading := _HEADING.match(text):
        _read_heading(page, number, *heading.groups())
    elif text.startswith("#"):
        page.wrong(number, "heading-without-space", text=text)
    text = _CODE.sub("`", text)
    targets = _LINK.findall(text) + _REFERENCE.findall(text)
    page.links += [Link(number, target) for target in targets]
    page.images += [Link(number, target) for target in _IMAGE.findall(text)]
    if tag := _TAG.search(text):
        page.wrong(number, "raw-html", tag=tag[0])


def _read_heading(page: Page, line: int, marks: str, text: str) -> None:
    id_ = found[1] if (found := _ID.search(text)) else ""
    text = _ID.sub("", text).strip()
    page.title = page.title or text.replace("`", "").strip()
    page.headings.append(Heading(line, len(marks), id_, text))


def _check_headings(page: Page) -> None:
    if not page.headings:
        page.wrong(1, "no-title")
    ids: set[str] = set()
    level = 0
    for heading in page.headings:
        if not heading.id:
            page.wrong(heading.line, "no-id", text=heading.text)
        elif heading.id in ids:
            page.wrong(heading.line, "same-id", id=heading.id)
        ids.add(heading.id)
        if heading.level == 1 and level:
            page.wrong(heading.line, "second-title", text=heading.text)
        elif heading.level > level + 1:
            above = f"a heading of level {level}" if level else "no heading at all"
            page.wrong(
                heading.line,
                "skipped-level",
                text=heading.text,
                level=heading.level,
                above=above,
            )
        level = heading.level


def _read_cell(page: Page, number: int, cell: Mapping[str, Any]) -> None:
    """Add the outline of one cell of a notebook; its number is its line."""
    source = "".join(cell["source"])
    id_ = str(cell["id"])
    if not re.fullmatch(r"[a-z0-9-]+", id_) or _RANDOM_ID.fullmatch(id_):
        page.wrong(number, "bad-cell-id", id=id_, number=number)
    if cell["cell_type"] == "code":
        page.cells.append(Cell(number, source))
        _check_code_cell(page, number, id_, source)
        return
    if cell["cell_type"] != "markdown":
        page.wrong(number, "raw-cell", number=number)
        return
    text = Page(page.path, page.slug, page.language)
    _read_markdown(text, enumerate(source.split("\n"), 1), {})
    page.title = page.title or text.title
    # A cell's id is the id of its heading: see `sitebuild.maker.notebook`.
    page.headings += [
        Heading(number, found.level, id_, found.text) for found in text.headings
    ]
    page.links += [Link(number, found.target) for found in text.links]
    page.images += [Link(number, found.target) for found in text.images]
    for fault in text.faults:
        message = f"the cell {id_!r}, line {fault.line}: {fault.message}"
        page.faults.append(replace(fault, line=number, message=message))


def _check_code_cell(page: Page, number: int, id_: str, source: str) -> None:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return  # reported with the program
    last = body[-1] if body else None
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call):
        page.wrong(number, "unshown-value", id=id_)
