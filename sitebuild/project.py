"""What a build works with: the project as its files say it, and a run of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sitebuild import programs
from sitebuild.faults import Fault, UnreadableError
from sitebuild.pages.call import Call
from sitebuild.pages.outline import Page, read_page, read_pages
from sitebuild.programs import snippet, text
from sitebuild.programs.operations import Operation, read_operations
from sitebuild.programs.snippet import Snippet
from sitebuild.run.environment import Environment
from sitebuild.run.recording import Recording
from sitebuild.run.result import Result
from sitebuild.words import Language, read_languages

if TYPE_CHECKING:
    from sitebuild.fences.benchmark.measure import Measurement


@dataclass(frozen=True)
class Use:
    """One fence in its place."""

    page: Page
    line: int
    call: Call

    def fault(self, kind: str, /, **values: object) -> Fault:
        """Return a fault of this place."""
        return Fault.of(self.page.path, self.line, kind, **values)


@dataclass(frozen=True, eq=False)
class Project:
    """What the files say, before anything is run or rendered."""

    root: Path
    languages: dict[str, Language]  # by code; that at the root of the site first
    pages: dict[str, dict[str, Page]]  # by language and slug
    programs: dict[str, Snippet]  # by name
    operations: list[Operation]  # of the behaviour matrix
    faults: list[Fault]  # of single files; `sitebuild.check` looks at the whole
    # Pages and words that could not be read: their faults say why. That other
    # files miss what is in them is no fault.
    unread: frozenset[str] = frozenset()

    @property
    def all_pages(self) -> list[Page]:
        """The pages of all languages."""
        return [page for by_slug in self.pages.values() for page in by_slug.values()]

    @property
    def uses(self) -> Iterator[Use]:
        """Every fence of every page."""
        for page in self.all_pages:
            for fence in page.fences:
                yield Use(page, fence.line, fence.call)


def read(root: Path) -> Project:
    """Read all pages, programs and words below `root`.

    What cannot be read is left out, and one of the faults.
    """
    from sitebuild.fences import FORMS

    languages, unclear = read_languages(root)
    pages, unreadable = read_pages(root, languages, FORMS)
    found, faults = programs.read(root)
    operations, _ = read_operations(root)  # whose faults `programs` has found
    outlined = [f for by in pages.values() for page in by.values() for f in page.faults]
    unread = {f.path for f in [*unclear, *unreadable] if f.kind != "unequal-words"}
    faults = [*unclear, *unreadable, *faults, *outlined]
    return Project(root, languages, pages, found, operations, faults, frozenset(unread))


def read_again(last: Project, edited: Iterable[str]) -> Project | None:
    """Return a project that was read before, of which these files were edited.

    None if all has to be read: a file is new, gone, unreadable, or neither a page
    of Markdown nor a snippet.
    """
    from sitebuild.fences import FORMS

    root, edited = last.root, set(edited)
    pages = {language: dict(by_slug) for language, by_slug in last.pages.items()}
    known = {page.path: page for page in last.all_pages if page.path.endswith(".md")}
    snippets = {p.path: p for p in last.programs.values() if p.path.endswith(".py")}
    programs = dict(last.programs)
    faults = [fault for fault in last.faults if fault.path not in edited]
    for path in edited:
        try:
            if path in known:
                page = read_page(root / path, root, FORMS)
                pages[page.language][page.slug] = page
                faults += page.faults
            elif path in snippets:
                name, source = snippets[path].name, text.read(root / path, root)
                programs[name] = snippet.parse(name, path, source)
            else:
                return None
        except (UnreadableError, OSError):
            return None
    return replace(last, pages=pages, programs=programs, faults=faults)


@dataclass(frozen=True, eq=False)
class Run:
    """What came of a project in one environment: all that its pages show."""

    project: Project
    environment: Environment
    results: dict[str, Result]  # of the programs that ended as they should
    repo_url: str = ""
    benchmarks: dict[str, Measurement] = field(default_factory=dict)
    recordings: list[Recording] = field(default_factory=list)

    def output(self, program: str) -> str | None:
        """Return what a program printed; None if it did not end as it should."""
        result = self.results.get(program)
        return result.output if result else None
