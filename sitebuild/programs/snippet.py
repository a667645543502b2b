"""Read a snippet: its text, its sections, and what it announces.

A snippet is a plain Python program. Three kinds of comment mean something:

``# raises RuntimeError``
    at the end of a line: the program stops there with that exception.
``# %% name``
    on a line of its own: a section begins. The first line of a snippet with
    sections is such a mark, so that every line belongs to a section.
``# needs: cuda`` and ``# time limit: 60 s (reason)``
    before the first statement: where it can run, how long it may take.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from sitebuild.faults import Fault, Kind, UnreadableError

TIME_LIMIT = 10.0  # seconds, unless the snippet gives another with a reason
_MARK = re.compile(r"# %% ([a-z0-9-]+)\s*$")
_RAISES = re.compile(r"#\s*raises ([A-Za-z_][\w.]*)\s*$")
_NEEDS = re.compile(r"#\s*needs:\s*(\S+)\s*$")
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

    @property
    def digest(self) -> str:
        """A short hash of the text: which program a recording is of."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:12]

    @property
    def filename(self) -> str:
        """The file's name, as tracebacks and warnings show it."""
        return Path(self.path).name

    @property
    def is_benchmark(self) -> bool:
        """Whether this is measured, over several runs, and not just run."""
        return "perfplot.bench(" in self.source

    def section(self, name: str) -> Section:
        """Return the section called `name`; raise `KeyError` if none is."""
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)

    def lines(self, first: int, last: int) -> str:
        """Return the text of lines `first` to `last`, without its last newline."""
        return "\n".join(self.source.splitlines()[first - 1 : last]).rstrip()


@functools.cache  # `serve` reads them all after every edit
def parse(name: str, path: str, source: str) -> Snippet:
    """Read what `source` announces; raise `UnreadableError` if it cannot run."""

    def wrong(line: int, kind: Kind, message: str, advice: str) -> UnreadableError:
        return UnreadableError(Fault(path, line, kind, message, advice))

    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise wrong(
            error.lineno or 1,
            "syntax-error",
            f"SyntaxError: {error.msg}",
            "correct the program; `python FILE` must run it as it stands",
        ) from None
    if not tree.body:
        raise wrong(
            1, "no-statement", "the snippet has no statement", "write a program into it"
        )

    lines = source.splitlines()
    marks = [
        (number, found[1])
        for number, text in enumerate(lines, 1)
        if (found := _MARK.match(text))
    ]
    if marks and marks[0][0] != 1:
        raise wrong(
            marks[0][0],
            "before-first-section",
            "lines stand before the first section",
            "begin the file with a `# %% name` mark",
        )
    names = [mark for _, mark in marks]
    if len(set(names)) != len(names):
        raise wrong(
            marks[0][0], "same-section", "two sections have one name", "rename one"
        )
    ends = [number - 1 for number, _ in marks[1:]] + [len(lines)]
    sections = tuple(
        Section(mark, number, end) for (number, mark), end in zip(marks, ends)
    ) or (Section("", 1, len(lines)),)

    announced = [
        (found[1], number)
        for number, text in enumerate(lines, 1)
        if (found := _RAISES.search(text))
    ]
    if len(announced) > 1:
        raise wrong(
            announced[1][1],
            "second-exception",
            "a second exception is announced; a program stops at the first",
            "write one snippet for each error",
        )

    needs_cuda, time_limit = False, TIME_LIMIT
    for number, text in enumerate(lines[: tree.body[0].lineno - 1], 1):
        if found := _NEEDS.match(text):
            if found[1] != "cuda":
                raise wrong(
                    number, "unknown-need", f"cannot give {found[1]!r}", "write `cuda`"
                )
            needs_cuda = True
        elif found := _LIMIT.match(text):
            if not found[2]:
                raise wrong(
                    number,
                    "limit-without-reason",
                    "a time limit without a reason",
                    "write `# time limit: 60 s (why)`",
                )
            time_limit = float(found[1])
    for number, text in enumerate(
        lines[tree.body[0].lineno - 1 :], tree.body[0].lineno
    ):
        if _NEEDS.match(text) or _LIMIT.match(text):
            raise wrong(
                number,
                "late-comment",
                f"{text!r} stands after the first statement, where it means nothing",
                "move it to the top of the file",
            )
        if "perfplot.bench(" in text and not text.startswith("data = "):
            raise wrong(
                number,
                "measurement-not-kept",
                "this benchmark's measurement is not kept in `data`",
                "write `data = perfplot.bench(...)`, not indented",
            )
    return Snippet(
        name,
        path,
        source,
        sections,
        announced[0] if announced else None,
        needs_cuda,
        time_limit,
    )


def read_all(root: Path) -> tuple[dict[str, Snippet], list[Fault]]:
    """Read every snippet below `root`/snippets.

    Returns the readable ones by name, and a problem for each of the others.
    """
    snippets: dict[str, Snippet] = {}
    faults: list[Fault] = []
    folder = root / "snippets"
    for file in sorted(folder.rglob("*.py")):
        name = file.relative_to(folder).with_suffix("").as_posix()
        path = file.relative_to(root).as_posix()
        try:
            source = file.read_bytes().decode("utf-8").replace("\r\n", "\n")
            snippets[name] = parse(name, path, source)
        except UnicodeDecodeError as error:
            line = file.read_bytes()[: error.start].count(b"\n") + 1
            faults.append(
                Fault(
                    path,
                    line,
                    "not-utf8",
                    f"not UTF-8: {error.reason}",
                    "save as UTF-8",
                )
            )
        except UnreadableError as error:
            faults.append(error.fault)
    return snippets, faults
