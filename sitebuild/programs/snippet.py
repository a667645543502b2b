"""Read a snippet: its text, its sections, and what it announces.

A snippet is a plain Python program. Three kinds of comment mean something:

``# raises RuntimeError``
    at the end of a line: the program stops there with that exception.
``# %% name``
    on a line of its own: a section begins. The first line of a snippet with
    sections is such a mark, so that every line belongs to a section.
``# needs: cuda`` and ``# time limit: 60 s (reason)``
    before the first statement: where it can run, how long it may take.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from sitebuild.faults import Fault, UnreadableError, wrong
from sitebuild.programs import text

TIME_LIMIT = 10.0  # seconds, unless the snippet gives another with a reason
_MARK = re.compile(r"# %% ([a-z0-9-]+)\s*$")
_RAISES = re.compile(r"#\s*raises ([A-Za-z_][\w.]*)\s*$")
_NEEDS = re.compile(r"#\s*needs:\s*(\S+)\s*$")
_NAME = re.compile(r"[a-z0-9_]+(?:/[a-z0-9_]+)+")
_LIMIT = re.compile(r"#\s*time limit:\s*(\d+)\s*s\b\s*(.*)$")


@dataclass(frozen=True)
class Section:
    """A named stretch of a snippet; lines count from 1, both ends included."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class Snippet:
    """One program, as its file says it."""

    name: str  # "detach/shares_memory"
    path: str  # "snippets/detach/shares_memory.py"
    source: str
    sections: tuple[Section, ...]  # one, named "", where there are no marks
    raises: tuple[str, int] | None  # exception type and line
    needs_cuda: bool
    time_limit: float  # seconds
    beside: str = ""  # the text of a file that it imports

    @property
    def digest(self) -> str:
        """A short hash of the text: which program a recording is of."""
        return hashlib.sha256((self.source + self.beside).encode()).hexdigest()[:12]

    @property
    def filename(self) -> str:
        """The file's name, as tracebacks and warnings show it."""
        return Path(self.path).name

    @property
    def is_benchmark(self) -> bool:
        """Whether this is measured, over several runs, and not just run."""
        return "perfplot.bench(" in self.source

    @property
    def is_population(self) -> bool:
        """Whether this asks all of a population; it takes too long for a build."""
        return self.path.startswith("populations/")

    def section(self, name: str) -> Section:
        """Return the section called `name`; raise `KeyError` if none is."""
        return {section.name: section for section in self.sections}[name]

    def lines(self, first: int, last: int) -> str:
        """Return the text of lines `first` to `last`, without its last newline."""
        return "\n".join(self.source.split("\n")[first - 1 : last]).rstrip()


@functools.cache  # `serve` reads them all after every edit
def parse(name: str, path: str, source: str) -> Snippet:
    """Read what `source` announces; raise `UnreadableError` if it cannot run."""
    tree = _tree(path, source)
    lines = source.split("\n")
    if not lines[-1]:
        lines.pop()
    sections = _sections(path, lines)
    raises = _announced(path, lines)
    if raises:
        _stops(path, tree.body, raises[1])
    needs_cuda, time_limit = _header(path, lines, tree.body[0].lineno)
    return Snippet(name, path, source, sections, raises, needs_cuda, time_limit)


def _tree(path: str, source: str) -> ast.Module:
    """Return the program as Python reads it; it does something."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise wrong(path, error.lineno or 1, "syntax-error", msg=error.msg) from None
    if all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in tree.body
    ):
        raise wrong(path, 1, "no-statement")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        if any(module.split(".")[0] == "sitebuild" for module in modules):
            raise wrong(path, node.lineno, "imports-sitebuild")
    return tree


def _sections(path: str, lines: list[str]) -> tuple[Section, ...]:
    marks = [
        (number, found[1])
        for number, line in enumerate(lines, 1)
        if (found := _MARK.match(line))
    ]
    if marks and marks[0][0] != 1:
        raise wrong(path, marks[0][0], "before-section")
    ends = [number - 1 for number, _ in marks[1:]] + [len(lines)]
    sections: dict[str, Section] = {}
    for (number, mark), end in zip(marks, ends):
        if mark in sections:
            raise wrong(path, number, "same-section", mark=mark)
        sections[mark] = Section(mark, number, end)
    return tuple(sections.values()) or (Section("", 1, len(lines)),)


def _announced(path: str, lines: list[str]) -> tuple[str, int] | None:
    """Return the exception that a `# raises` announces, and its line."""
    announced = [
        (found[1], number)
        for number, line in enumerate(lines, 1)
        if (found := _RAISES.search(line))
    ]
    if len(announced) > 1:
        raise wrong(path, announced[1][1], "second-exception")
    return announced[0] if announced else None


def _stops(path: str, block: list[ast.stmt], line: int) -> None:
    """Refuse statements behind the one that raises, which are never run.

    A loop may come to them in an earlier turn. In a function, the line says
    nothing of what follows the call.
    """
    for index, statement in enumerate(block):
        if not _first(statement) <= line <= (statement.end_lineno or 0):
            continue
        function = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
        if function and line >= statement.lineno:
            return
        if index + 1 < len(block):
            raise wrong(path, _first(block[index + 1]), "after-exception", line=line)
        if not isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            for name in ("body", "orelse", "finalbody"):
                _stops(path, getattr(statement, name, None) or [], line)
        return


def _first(statement: ast.stmt) -> int:
    """Return the line of a statement; decorators stand above that of their `def`."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(found.lineno for found in decorators)])


def _header(path: str, lines: list[str], first: int) -> tuple[bool, float]:
    """Read the comments on top: whether CUDA is needed, and the time limit.

    Refuse those below the line of the `first` statement, where they mean nothing.
    """
    needs_cuda, time_limit = False, TIME_LIMIT
    for number, line in enumerate(lines, 1):
        need, limit = _NEEDS.match(line), _LIMIT.match(line)
        if (need or limit) and number >= first:
            raise wrong(path, number, "late-comment", line=line)
        if need:
            if need[1] != "cuda":
                raise wrong(path, number, "unknown-need", found=need[1])
            needs_cuda = True
        if limit:
            if not limit[2]:
                raise wrong(path, number, "limit-without-reason")
            time_limit = float(limit[1])
        if "perfplot.bench(" in line and not line.startswith("data = "):
            raise wrong(path, number, "measurement-not-kept")
    return needs_cuda, time_limit


def read_all(root: Path) -> tuple[dict[str, Snippet], list[Fault]]:
    """Read every snippet below `root`/snippets.

    Returns the readable ones by name, and a fault for each of the others.
    """
    snippets: dict[str, Snippet] = {}
    faults: list[Fault] = []
    folder = root / "snippets"
    for file in sorted(folder.rglob("*.py")):
        name = file.relative_to(folder).with_suffix("").as_posix()
        path = file.relative_to(root).as_posix()
        try:
            if not _NAME.fullmatch(name):
                # Capitals: "Detach.py" and "detach.py" are one file on macOS.
                raise wrong(path, 1, "bad-name")
            snippets[name] = parse(name, path, text.read(file, root))
        except UnreadableError as error:
            faults.append(error.fault)
    return snippets, faults
