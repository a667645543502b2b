"""Serve the site while it is written: an edit is on the page at once.

What was loaded stays: the zygote with torch, results by the text of their
program, MkDocs with its theme and all pages. So only the programs that were
edited run again, and only the pages that were edited, or show what was, are
rendered again; the search index stays that of the last whole build. An edit of
anything else (the configuration, the theme, words, a recording, the list of
pages or their titles) builds the whole.
"""

from __future__ import annotations

import contextlib
import functools
import queue
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from sitebuild import build, project
from sitebuild.check import report
from sitebuild.faults import UnreadableError
from sitebuild.fences import FENCES
from sitebuild.fences.benchmark.measure import STORE
from sitebuild.maker.render import Again, render
from sitebuild.pages.call import Call
from sitebuild.project import Project
from sitebuild.run.runner import Runner
from sitebuild.server import State, start

# What is in these concerns all pages.
SHARED = ("docs/assets", "overrides", "recordings", "words", "sitebuild/templates")
WATCHED = ("docs", "snippets", "matrix", *SHARED[1:])
SETTLE = 0.05  # seconds without a further change before a build begins


Inputs = tuple[bytes, tuple[tuple[str, ...], ...]]


class Workshop:
    """The site as it stands now, built anew when a file changes."""

    def __init__(
        self, root: Path, runner: Runner, folder: Path, state: State | None = None
    ) -> None:
        """Prepare to build `root` below `folder`, with the programs of `runner`."""
        self.state = state or State()
        self._root, self._runner, self._folder = root, runner, folder
        self._environment = runner.environment()
        self._found: Project | None = None  # as it was read last
        self._stamps: dict[str, int] = {}  # of what concerned all pages then
        self._results: build.Kept = {}
        # Of the last sound site:
        self._again: Again | None = None
        self._shared: object = None  # what decides how all of its pages look
        self._inputs: dict[str, Inputs] = {}  # what else decides it

    @property
    def site(self) -> Path:
        """The folder of the last sound site."""
        assert self.state.site
        return self.state.site

    def build(self, edited: Collection[str] = ()) -> None:
        """Build once; if anything is wrong, say so and keep the last site.

        `edited` are the paths of what is not as it was at the last build.
        """
        begun = time.perf_counter()
        try:
            text = self._build(edited)
        except (UnreadableError, OSError) as error:
            text = str(error)
        if text:
            print(text, file=sys.stderr, flush=True)
            self.state.change(report=text)
        else:
            print(f"built in {time.perf_counter() - begun:.2f} s", flush=True)

    def _build(self, edited: Collection[str]) -> str:
        """Build what has changed; return the report of what is wrong."""
        found = self._found and project.read_again(self._found, edited)
        self._found = None  # if this ends by an error
        if found is None:
            found = project.read(self._root)
            self._stamps = _stamps(found)
        self._found = found
        titles = {page.path: page.title for page in found.all_pages}  # in the menus
        shared = titles, self._stamps
        run, faults = build.execute(
            found, self._runner, self._environment, self._results
        )
        faults += build.measurements(run, anew=False)
        if found.unread:  # MkDocs would stop at it
            return report(faults, found)
        inputs = _inputs(found)
        again, whole = self._again, None
        target = self._folder / str(self.state.number + 1)
        if again and shared == self._shared:
            new = [p for p in found.all_pages if inputs[p.path] != self._inputs[p.path]]
            build.add(faults, again.render(run, new))
        else:
            whole = render(run, target)
            build.add(faults, whole.faults)
        if faults:
            if whole:
                shutil.rmtree(target)
            return report(faults, found)
        self._shared, self._inputs = shared, inputs
        if whole:
            last = self.state.site
            self.state.change(target)
            self._again = Again(run, target, whole)
            if last:
                shutil.rmtree(last)
        elif again:
            again.put()
            self.state.change(self.site)
        return ""


def _inputs(found: Project) -> dict[str, Inputs]:
    """Return what decides how each page looks: its text, and what its fences show."""

    @functools.cache  # the languages make the same calls
    def depends(call: Call) -> tuple[str, ...]:
        return tuple(FENCES[call.function].depends(call, found))

    return {
        page.path: (
            (found.root / page.path).read_bytes(),
            tuple(depends(fence.call) for fence in page.fences),
        )
        for page in found.all_pages
    }


def _stamps(found: Project) -> dict[str, int]:
    """Return when each file was written that concerns all pages."""
    root = found.root
    files = [root / language.config for language in found.languages.values()]
    files.append(root / STORE)
    for folder in SHARED:
        files += (root / folder).rglob("*.*")
    return {str(file): file.stat().st_mtime_ns for file in files if file.is_file()}


class _Edits(FileSystemEventHandler):
    """Collects the paths of what was edited."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: queue.SimpleQueue[str] = queue.SimpleQueue()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in ("created", "modified", "moved", "deleted"):
            return
        for name in (event.src_path, event.dest_path):
            path = Path(str(name))
            if not name or path.name.startswith("."):
                continue
            # A folder's own time says that a file came or went: it is named too.
            if event.is_directory and event.event_type == "modified":
                continue
            if path.parent != self._root or path.match("mkdocs*.yml"):
                self._paths.put(path.relative_to(self._root).as_posix())

    def wait(self) -> set[str]:
        """Return what was edited, once nothing more is for a moment."""
        paths = {self._paths.get()}
        with contextlib.suppress(queue.Empty):
            while True:
                paths.add(self._paths.get(timeout=SETTLE))
        return paths


def serve(root: Path, port: int, runner: Runner) -> int:
    """Build, serve on localhost, and follow edits until interrupted."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="serve-"))
    edits = _Edits(root)
    observer = Observer()
    observer.schedule(edits, str(root))  # an editor may replace a file by another
    for name in WATCHED:
        if (root / name).exists():
            observer.schedule(edits, str(root / name), recursive=True)
    try:
        state = State()
        try:
            start(state, port)
        except OSError as error:
            print(f"port {port} cannot be had: {error.strerror}", file=sys.stderr)
            return 1
        workshop = Workshop(root, runner, folder, state)
        observer.start()
        workshop.build()
        print(f"serving http://localhost:{port}/ and following edits", flush=True)
        while True:
            workshop.build(edits.wait())
    except KeyboardInterrupt:
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)
