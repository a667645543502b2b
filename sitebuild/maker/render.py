"""Render the pages of a run: all of them, or under `serve` single ones again."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import shutil
import signal
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.fences import FENCES
from sitebuild.maker.nav import unequal
from sitebuild.maker.site import Site, reported
from sitebuild.maker.verify import Document, dead, file_of, loaded, read
from sitebuild.pages.call import Call
from sitebuild.pages.outline import Page
from sitebuild.project import Run
from sitebuild.run.runner import FORK
from sitebuild.words import Language

ASSETS = "docs/assets"  # what all languages share


@dataclass
class Rendered:
    """What came of rendering a whole site, or one language of it."""

    faults: list[Fault] = field(default_factory=list)
    titles: dict[str, dict[str, str]] = field(default_factory=dict)  # as menus have
    documents: dict[str, Document] = field(default_factory=dict)  # each HTML file


def warm_up() -> None:
    """Import what the process of each language would import for itself."""
    import mkdocs_jupyter.plugin  # noqa: F401


def render(run: Run, to: Path) -> Rendered:
    """Render all that a run shows into `to`, a new folder, and follow the links."""
    assets = run.project.root / ASSETS
    if not assets.is_dir():
        return Rendered([Fault.of(ASSETS, 1, "unreadable/assets")])
    whole = Rendered([*unequal(run.project.root, run.project.languages)])
    whole.faults += loaded(assets, ASSETS)
    to.mkdir()
    _publish(run, to, run.project.all_pages)
    for part in _side_by_side(run, to, _commit(run)):
        whole.faults += part.faults
        whole.titles |= part.titles
        whole.documents |= part.documents
    whole.faults += dead(run.project, [to], whole.documents, whole.documents)
    return whole


class Again:
    """Renders single pages again, into a site that was rendered as a whole."""

    def __init__(self, run: Run, site: Path, whole: Rendered) -> None:
        """Load what the pages of each language share.

        `site` is the folder of the site that shows `run`, and `whole` what came of
        rendering it.
        """
        self._site, self._documents = site, whole.documents
        self._new = site.with_name(f"{site.name}.new")  # until all is sound
        self._new_documents: dict[str, Document] = {}
        self._languages: dict[str, Site] = {}
        commit = _commit(run)
        for code, language in run.project.languages.items():
            made = Site(run, language, self._new, commit)
            made.render_singly(whole.titles[code])
            # The first page takes the time to compile the templates, so not an edit.
            made.page(run, next(iter(whole.titles[code])))
            self._languages[code] = made

    def render(self, run: Run, pages: Collection[Page]) -> list[Fault]:
        """Render `pages` as they are now, beside the site; `put` puts them on it.

        Return what MkDocs warns of, and dead links of and to the pages.
        """
        project = run.project
        found: list[Fault] = []
        shutil.rmtree(self._new, ignore_errors=True)
        self._new.mkdir()
        _publish(run, self._new, pages)
        new: dict[str, Document] = {}
        for page in pages:
            with reported(project, project.languages[page.language]) as faults:
                html = self._languages[page.language].page(run, page.slug)
                new[file_of(project, page)] = read(html)
            found += faults
        self._new_documents = new
        documents = self._documents | new
        lost = any(self._documents[file].ids - new[file].ids for file in new)
        files = documents if lost else new  # any may link to what is lost
        found += dead(project, [self._new, self._site], documents, files)
        return found

    def put(self) -> None:
        """Put what was rendered last on the site."""
        self._documents |= self._new_documents
        for new in self._new.rglob("*.*"):
            old = self._site / new.relative_to(self._new)
            old.parent.mkdir(parents=True, exist_ok=True)
            new.replace(old)


def _publish(run: Run, to: Path, pages: Collection[Page]) -> None:
    """Write the files that the fences of `pages` put beside them."""
    calls: dict[str, set[Call]] = {}
    for page in pages:
        for fence in page.fences:
            program = fence.call.program
            if not program or program in run.project.programs:  # others are reported
                calls.setdefault(fence.call.function, set()).add(fence.call)
    for function, of in calls.items():
        FENCES[function].publish(run, to, of)


def _side_by_side(run: Run, to: Path, commit: str) -> Iterator[Rendered]:
    """Render the languages, each in a process of its own where forking is safe."""
    languages = run.project.languages.values()
    if not FORK:
        for language in languages:
            yield _language(run, language, to, commit)
        return
    warm_up()
    context = multiprocessing.get_context("fork")
    gc.freeze()  # or each process's collector would copy all pages it looks at
    started = []
    try:
        for language in languages:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(
                target=_answer, args=(theirs, run, language, to, commit), daemon=True
            )
            process.start()
            theirs.close()
            started.append((process, ours))
        for _, ours in started:
            answer = ours.recv()
            if isinstance(answer, OSError):
                raise answer
            yield answer
    finally:
        for process, _ in started:
            process.terminate()
            process.join()
        gc.unfreeze()


def _answer(
    to_parent: Connection, run: Run, language: Language, to: Path, commit: str
) -> None:
    """Be the process of one language, which ends when its parent says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    try:
        to_parent.send(_language(run, language, to, commit))
    except OSError as error:  # a full disk, for instance: nothing of ours to mend
        to_parent.send(error)


def _language(run: Run, language: Language, to: Path, commit: str) -> Rendered:
    """Render one language."""
    rendered = Rendered()
    with reported(run.project, language) as rendered.faults:
        site = Site(run, language, to, commit)
        rendered.documents = {file: read(html) for file, html in site.build().items()}
        rendered.titles = {language.code: site.titles()}
    return rendered


def _commit(run: Run) -> str:
    """Return the commit that the project is at, as far as git knows."""
    command = ["git", "-C", str(run.project.root), "describe", "--always"]
    with contextlib.suppress(OSError):  # there is no git
        git = subprocess.run(
            [*command, "--dirty", "--exclude=*"], capture_output=True, text=True
        )
        return git.stdout.strip()
    return ""
