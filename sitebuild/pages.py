"""Read the pages: what they show, and whether the two languages agree.

Only the outline is read here (fences, headings, links); Markdown itself is
rendered by MkDocs.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sitebuild import chooser, claims, matrix
from sitebuild.claims import Claim
from sitebuild.snippets import Problem, Snippet, SnippetError, parse

LANGUAGES = ("ja", "en")  # the first is the default, at the root of the site
# What a fence may call, and the parts of what is not one snippet.
CALLS = ("show", "versions", "benchmark", "claim", "matrix", "chooser", "claims")
PARTS = {"matrix": matrix.PARTS, "chooser": chooser.PARTS, "claims": claims.PARTS}
FIGURES = ("graph", "storage", "table", "chart")  # asked for in a fence's header
VALUES = {  # those of them that are written `variable: title | title`
    "table": 'write table="rows: title | title", a title for each key of its rows',
    "chart": 'write chart="data: title of x | title of y"',
}

_COLONS = re.compile(r"""[a-z]+: (?!["'{\[]).*: """)
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(.*)$")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*")
_ID = re.compile(r"\{[^}]*#([A-Za-z][\w-]*)[^}]*\}\s*$")
_LINK = re.compile(r"(?<!\!)\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_REFERENCE = re.compile(r"\s*\[(?!\^)[^\]]+\]:\s*<?([^\s>]+)")  # [name]: target
_CODE = re.compile(r"(`+).+?\1")
_OPTION = re.compile(r"""([A-Za-z][\w-]*)=(?:"([^"]*)"|'([^']*)')""")
_PANEL = re.compile(r"(?:([a-z0-9-]+):\s+)?(\S.*)$")
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")
_VALUE = re.compile(r"\s*([A-Za-z_]\w*):(.+)$", re.S)


@dataclass(frozen=True)
class Panel:
    """One drawing: of these variables, when that section ends."""

    names: tuple[str, ...]
    section: str = ""  # if not given, the one that the fence shows

    def __str__(self) -> str:
        """Return the panel as a page writes it."""
        return f"{self.section}: " * bool(self.section) + " ".join(self.names)


@dataclass(frozen=True)
class Figure:
    """One figure: ``graph="y"``, ``storage="before: w z | w z"``.

    Or values with titles: ``table="rows: title | title"``. The titles are in
    the page's language, so figures that differ only in them are equal.
    """

    kind: str
    panels: tuple[Panel, ...]  # side by side
    titles: tuple[str, ...] = field(default=(), compare=False)
    columns: int = 0  # how many titles there are

    def __str__(self) -> str:
        """Return the figure as a page writes it."""
        if self.titles:
            return f'{self.kind}="{self.panels[0]}: {" | ".join(self.titles)}"'
        return f'{self.kind}="{" | ".join(map(str, self.panels))}"'


@dataclass(frozen=True)
class Call:
    """What one executed fence asks for: ``show("detach/x", section="y")``."""

    function: str
    snippet: str
    section: str = ""
    figures: tuple[Figure, ...] = ()
    topics: tuple[str, ...] = ()  # of a claim
    # Why no program decides a claim: prose, and no less in one language.
    opinion: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return the call, and the figures, as a page writes them."""
        section = f', section="{self.section}"' if self.section else ""
        named = ", ".join(f'"{text}"' for text in (self.snippet, *self.topics))
        call = f"{self.function}({named}{section})"
        return " ".join([call, *map(str, self.figures)])


@dataclass
class Page:
    """The outline of one page; every entry comes with its line."""

    path: str  # "docs/ja/detach.md"
    title: str = ""  # the text of the first heading
    texts: dict[int, str] = field(default_factory=dict)  # of headings, by line
    calls: list[tuple[int, Call]] = field(default_factory=list)
    headings: list[tuple[int, tuple[int, str]]] = field(default_factory=list)
    links: list[tuple[int, str]] = field(default_factory=list)
    cells: list[tuple[int, str]] = field(default_factory=list)  # notebooks only
    problems: list[Problem] = field(default_factory=list)


def parse_figures(options: Mapping[str, str]) -> tuple[Figure, ...]:
    """Read the figures that a fence's header asks for.

    A panel is the names of its variables; two panels, parted by a bar, stand
    side by side. ``before: w`` is `w` at the end of the section `before`.
    For a table or a chart it is one variable, and titles after a colon.
    Raises `ValueError`, which says how it is written, for anything else.
    """
    figures = []
    for kind, text in options.items():
        if kind in VALUES:
            value = _VALUE.match(text)
            titles = [title.strip() for title in value[2].split("|")] if value else []
            if not value or not all(titles) or (kind == "chart" and len(titles) != 2):
                raise ValueError(VALUES[kind])
            panel = Panel((value[1],))
            figures.append(Figure(kind, (panel,), tuple(titles), len(titles)))
            continue
        if kind not in FIGURES:
            raise ValueError(f"write one of {', '.join(FIGURES)}, not {kind!r}")
        panels = []
        for part in text.split("|"):
            found = _PANEL.match(part.strip())
            names = tuple(found[2].split()) if found else ()
            if not found or not all(_NAME.match(name) for name in names):
                raise ValueError(
                    f'write {kind}="y", {kind}="y z" or {kind}="section: y | y z"'
                )
            panels.append(Panel(names, found[1] or ""))
        figures.append(Figure(kind, tuple(panels)))
    return tuple(figures)


def _options(header: str) -> dict[str, str]:
    """Return the options of a fence's header, but for `exec`."""
    options = {name: a or b for name, a, b in _OPTION.findall(header)}
    options.pop("exec", None)
    return options


def parse_call(code: str, options: Mapping[str, str] | None = None) -> Call:
    """Read the one call in a fence, and the figures in its header.

    Raises `ValueError` if it is none of ours.
    """
    usage = 'write `show("topic/name")` or `show("topic/name", section="name")`'
    try:
        expression = ast.parse(code.strip(), mode="eval").body
    except SyntaxError:
        raise ValueError(usage) from None
    if not isinstance(expression, ast.Call) or not expression.args:
        raise ValueError(usage)
    try:
        function = ast.unparse(expression.func)
        snippet, *topics = (ast.literal_eval(value) for value in expression.args)
        keywords = {str(k.arg): ast.literal_eval(k.value) for k in expression.keywords}
    except (ValueError, TypeError):
        raise ValueError(usage) from None
    if function == "claim":
        usage = 'write `claim("topic/id_name", "topic")`, the topics from ' + ", ".join(
            claims.TOPICS
        )
        if not topics or not set(topics) <= set(claims.TOPICS):
            raise ValueError(usage)
    elif topics:
        raise ValueError(usage)
    allowed = {"show": {"section"}, "claim": {"opinion"}}.get(function, set())
    texts = all(isinstance(value, str) for value in (snippet, *keywords.values()))
    if function not in CALLS or not set(keywords) <= allowed or not texts:
        raise ValueError(usage)
    figures = parse_figures(options or {})
    if figures and function != "show":
        raise ValueError(f"figures are drawn of what `show` shows, not `{function}`")
    return Call(function, snippet, **keywords, figures=figures, topics=tuple(topics))


def _read_markdown(page: Page, text: str, first_line: int, ids: bool) -> None:
    """Add the outline of Markdown `text` to `page`."""
    fence: tuple[str, str, int] | None = None
    code: list[str] = []
    lines = text.splitlines()
    start = 0
    if lines and lines[0] == "---":  # front matter
        start = next((n for n, t in enumerate(lines[1:], 1) if t == "---"), 0) + 1
        for number, line in enumerate(lines[:start], first_line):
            if _COLONS.match(line):
                what = "this line of the front matter is not YAML: a second colon"
                advice = "put the text in quotes, or leave the colon out"
                page.problems.append(Problem(page.path, number, what, advice))
    for number, line in enumerate(lines[start:], first_line + start):
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence[0]) and not found[2]:
                if "exec=" in fence[1]:
                    try:
                        call = parse_call("\n".join(code), _options(fence[1]))
                        page.calls.append((fence[2], call))
                    except ValueError as error:
                        page.problems.append(
                            Problem(
                                page.path,
                                fence[2] + 1,
                                "a fence with exec cannot hold "
                                f"{' '.join([*code, *_header(fence[1])])!r}",
                                str(error),
                            )
                        )
                fence = None
            else:
                code.append(line)
            continue
        if found:
            fence, code = (found[1], found[2], number), []
            continue
        above = lines[number - first_line - 1] if number > first_line else ""
        if ids and above.strip() and _UNDERLINE.fullmatch(line):
            page.problems.append(
                Problem(
                    page.path,
                    number,
                    f"{line!r} makes a heading of the line above it",
                    "write headings as `## text { #id }`, rules after an empty line",
                )
            )
        if heading := _HEADING.match(line):
            named = _ID.search(heading[2])
            if named and named[1] in {id_ for _, (_, id_) in page.headings}:
                page.problems.append(
                    Problem(
                        page.path,
                        number,
                        f"a second heading has the id {named[1]!r}",
                        "give it another, the same in both languages",
                    )
                )
            page.title = page.title or _ID.sub("", heading[2]).replace("`", "").strip()
            if ids and not named:
                page.problems.append(
                    Problem(
                        page.path,
                        number,
                        f"the heading {heading[2]!r} has no id",
                        "end it with `{ #id }`, the same id in both languages",
                    )
                )
            page.headings.append((number, (len(heading[1]), named[1] if named else "")))
            page.texts[number] = _ID.sub("", heading[2]).strip()
        for target in _LINK.findall(_CODE.sub("`", line)) + _REFERENCE.findall(line):
            page.links.append((number, target))
    if fence:
        page.problems.append(
            Problem(
                page.path,
                fence[2],
                "this fence is never closed",
                f"end it with a line that is {fence[0]}",
            )
        )


def _header(text: str) -> list[str]:
    """Return what a fence's header says beside the language and `exec`."""
    return [f'{name}="{value}"' for name, value in _options(text).items()]


def _read_notebook(page: Page, text: str) -> None:
    notebook: dict[str, Any] = json.loads(text)
    for number, cell in enumerate(notebook["cells"], 1):
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            page.cells.append((number, source))
        else:
            before, links = len(page.headings), len(page.links)
            _read_markdown(page, source, number, ids=False)
            page.links[links:] = [(number, target) for _, target in page.links[links:]]
            # A cell's id is the id of its heading: see `sitebuild.notebook`.
            page.headings[before:] = [
                (number, (level, cell["id"]))
                for _, (level, _) in page.headings[before:]
            ]


def address(slug: str) -> str:
    """Return the address of a page below the root of its language."""
    folder, name = posixpath.split(slug.rpartition(".")[0])
    name = "" if name == "index" else name
    return "".join(f"{part}/" for part in (folder, name) if part)


def read_pages(root: Path) -> dict[str, dict[str, Page]]:
    """Return the pages of each language by their path below its folder."""
    pages: dict[str, dict[str, Page]] = {}
    for language in LANGUAGES:
        folder = root / "docs" / language
        pages[language] = {}
        for file in sorted([*folder.rglob("*.md"), *folder.rglob("*.ipynb")]):
            page = Page(file.relative_to(root).as_posix())
            try:
                text = file.read_text(encoding="utf-8")
                if file.suffix == ".md":
                    _read_markdown(page, text, 1, ids=True)
                else:
                    _read_notebook(page, text)
            except (ValueError, KeyError) as error:  # not UTF-8, not JSON, no "id"
                line = getattr(error, "lineno", 1)
                raise SnippetError(
                    Problem(page.path, line, f"cannot be read: {error!r}")
                ) from None
            pages[language][file.relative_to(folder).as_posix()] = page
    return pages


def notebook_snippets(
    root: Path, pages: dict[str, dict[str, Page]]
) -> tuple[dict[str, Snippet], list[Problem]]:
    """Return each notebook as a snippet whose sections are its code cells.

    The cells are the same in all languages (`check` sees to that), so those
    of the default language are run once for all.
    """
    snippets: dict[str, Snippet] = {}
    problems: list[Problem] = []
    for slug, page in pages[LANGUAGES[0]].items():
        if not slug.endswith(".ipynb"):
            continue
        notebook = json.loads((root / page.path).read_text(encoding="utf-8"))
        source = "\n".join(
            f"# %% {cell['id']}\n" + "".join(cell["source"])
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        )
        name = "notebooks/" + slug.removesuffix(".ipynb")
        try:
            snippets[name] = parse(name, page.path, source)
        except SnippetError as error:
            found = error.problem
            before = "\n".join(source.splitlines()[: found.line])
            cell_id = re.findall(r"(?m)^# %% (.+)$", before)[-1]
            message = f"the code cell {cell_id!r}: {found.message}"
            problems.append(replace(found, message=message))
    return snippets, problems


def read_claims(
    pages: dict[str, dict[str, Page]],
) -> tuple[dict[str, list[Claim]], list[Problem]]:
    """Return each language's claims, in the order of its pages, and what is wrong."""
    found: dict[str, list[Claim]] = {}
    problems: list[Problem] = []
    for language, by_slug in pages.items():
        found[language] = []
        for slug, page in by_slug.items():
            for line, call in page.calls:
                if call.function == "claim":
                    claim = _claim(slug, page, line, call)
                    same = [other for other in found[language] if other.id == claim.id]
                    if call.snippet.rpartition("/")[2].partition("_")[0] != claim.id:
                        advice = "name it snippets/fact_check/ID_IDEA.py, ID as the heading's"
                        what = (
                            f"the claim {claim.id!r} is not decided by {call.snippet}"
                        )
                        problems.append(Problem(page.path, line, what, advice))
                    if same:
                        what = f"{claim.id!r} is a claim on {same[0].page} too"
                        advice = "an id is given once; take another"
                        problems.append(Problem(page.path, line, what, advice))
                    found[language].append(claim)
    return found, problems


def _claim(slug: str, page: Page, line: int, call: Call) -> Claim:
    """Return the claim that the fence on `line` decides: the heading above it."""
    above = [entry for entry in page.headings if entry[0] < line]
    number, (_, id_) = above[-1] if above else (line, (0, ""))
    end = min((n for n, _ in page.headings if n > line), default=10**6)
    folder = posixpath.dirname(slug)
    explained = [
        posixpath.normpath(posixpath.join(folder, target))
        for n, target in page.links
        if line < n < end and ".md" in target and "://" not in target
    ]
    return Claim(
        id_,
        page.texts.get(number, ""),
        call.snippet,
        call.topics,
        call.opinion,
        slug,
        page.path,
        line,
        tuple(dict.fromkeys(explained)),
    )


def shown_on(pages: dict[str, dict[str, Page]]) -> dict[str, list[str]]:
    """Return, for each snippet, the places that show it, as ``path:line``."""
    places: dict[str, list[str]] = {}
    for by_slug in pages.values():
        for page in by_slug.values():
            for line, call in page.calls:
                places.setdefault(call.snippet, []).append(f"{page.path}:{line}")
    return places


def wanted(
    pages: dict[str, dict[str, Page]], snippets: dict[str, Snippet]
) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    """Return, for each snippet, the figures to take down when it runs.

    Each is a kind, the section at whose end it is taken, and the names.
    """
    found: dict[str, set[tuple[str, str, tuple[str, ...]]]] = {}
    for by_slug in pages.values():
        for page in by_slug.values():
            for _, call in page.calls:
                for figure, section, names in requests(call, snippets):
                    asked = (figure.kind, section, names)
                    found.setdefault(call.snippet, set()).add(asked)
    return {name: sorted(figures) for name, figures in found.items()}


def requests(
    call: Call, snippets: dict[str, Snippet]
) -> Iterator[tuple[Figure, str, tuple[str, ...]]]:
    """Give the figure, section and names of every panel that `call` asks for."""
    snippet = snippets.get(call.snippet)
    if snippet is None:
        return
    shown = call.section or snippet.sections[-1].name
    for figure in call.figures:
        for panel in figure.panels:
            yield figure, panel.section or shown, panel.names


def _difference(
    what: str, here: Page, there: Page, ours: list[tuple[int, Any]], theirs: list[Any]
) -> list[Problem]:
    """Return one problem at the first place where `ours` and `theirs` differ."""
    mine = [entry for _, entry in ours]
    if mine == theirs:
        return []
    both = zip(mine, theirs)
    index = next(
        (i for i, (a, b) in enumerate(both) if a != b), min(len(mine), len(theirs))
    )
    if index < len(mine):
        line, shown = ours[index][0], _short(mine[index])
    else:
        line, shown = (ours[-1][0] if ours else 1), "nothing more"
    other = _short(theirs[index]) if index < len(theirs) else "nothing more"
    return [
        Problem(
            here.path,
            line,
            f"{what} {index + 1} is {shown} here and {other} in {there.path}",
            f"give both languages the same {what}s in the same order",
        )
    ]


def _short(entry: Any) -> str:
    if isinstance(entry, tuple):
        return f"{'#' * entry[0]} ... {{ #{entry[1]} }}"
    text = str(entry)
    if len(text) < 80 and "\n" not in text:
        return text
    return repr(text if len(text) < 80 else text[:77] + "...")


def _check_figures(
    page: Page, line: int, call: Call, snippet: Snippet
) -> list[Problem]:
    """Return what is wrong with the figures of a call, before anything is run."""
    if call.figures and (snippet.needs_cuda or snippet.is_benchmark):
        return [
            Problem(
                page.path,
                line,
                f"{snippet.path} is not run by every build: it has no figures",
                "draw a snippet that runs on the CPU, or take the figure out",
            )
        ]
    sections = {section.name for section in snippet.sections}
    return [
        Problem(
            page.path,
            line,
            f"{snippet.path} has no section {panel.section!r} to draw",
            f"its sections: {', '.join(sorted(sections)) or 'none'}",
        )
        for figure in call.figures
        for panel in figure.panels
        if panel.section and panel.section not in sections
    ]


def check(
    pages: dict[str, dict[str, Page]], snippets: dict[str, Snippet]
) -> list[Problem]:
    """Return what is wrong with the pages before anything is rendered.

    Missing snippets and sections, snippets that no page shows, pages that one
    language lacks, and every difference in headings, snippets, links or
    notebook cells between the languages.
    """
    problems = [
        p for by in pages.values() for page in by.values() for p in page.problems
    ]
    for by_slug in pages.values():
        for page in by_slug.values():
            for line, call in page.calls:
                if call.function in PARTS:
                    parts = PARTS[call.function]
                    if call.snippet not in parts:
                        problems.append(
                            Problem(
                                page.path,
                                line,
                                f"the {call.function} has no part {call.snippet!r}",
                                "its parts: " + ", ".join(parts),
                            )
                        )
                    continue
                snippet = snippets.get(call.snippet)
                if snippet is None:
                    problems.append(
                        Problem(
                            page.path,
                            line,
                            f"there is no readable snippet {call.snippet!r}",
                            f"write snippets/{call.snippet}.py or correct the name",
                        )
                    )
                elif call.section and call.section not in {
                    section.name for section in snippet.sections
                }:
                    problems.append(
                        Problem(
                            page.path,
                            line,
                            f"{snippet.path} has no section {call.section!r}",
                            "its sections: "
                            + (", ".join(s.name for s in snippet.sections) or "none"),
                        )
                    )
                else:
                    problems += _check_figures(page, line, call, snippet)
    shown = shown_on(pages)
    for snippet in snippets.values():
        if snippet.name not in shown and snippet.path.startswith("snippets/"):
            problems.append(
                Problem(
                    snippet.path,
                    1,
                    "no page shows this snippet",
                    f'put `show("{snippet.name}")` on a page of both languages, '
                    "or delete it",
                )
            )
    first, *others = LANGUAGES
    for other in others:
        for slug in sorted(set(pages[first]) ^ set(pages[other])):
            has, lacks = (first, other) if slug in pages[first] else (other, first)
            problems.append(
                Problem(
                    pages[has][slug].path,
                    1,
                    f"this page does not exist in {lacks!r}",
                    f"write docs/{lacks}/{slug}, with the same headings and snippets",
                )
            )
        for slug in sorted(set(pages[first]) & set(pages[other])):
            here, there = pages[other][slug], pages[first][slug]
            for what, ours, theirs in (
                ("heading", here.headings, there.headings),
                ("snippet", here.calls, there.calls),
                ("link", here.links, there.links),
                ("code cell", here.cells, there.cells),
            ):
                problems += _difference(
                    what,
                    here,
                    there,
                    ours,
                    [entry for _, entry in theirs],
                )
    return problems
