"""Serve the site while it is written: an edit is on the page within a second.

The zygote stays alive and results are kept by the text of their snippet, so
that only what was edited runs again. Only the pages that were edited, or show
what was, are rendered again, over a copy of the last good site; the search
index stays that of the last whole build. An edit of anything else (the
configuration, the theme, a recording, the list of pages) builds the whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from sitebuild import build, project
from sitebuild.fences import FENCES
from sitebuild.fences.benchmark.measure import STORE
from sitebuild.programs.snippet import Snippet
from sitebuild.project import Project
from sitebuild.run.capture import Shot
from sitebuild.run.result import Result
from sitebuild.run.runner import Runner

WATCHED = ("docs", "snippets", "matrix", "recordings", "overrides", "words")
SETTLE = 0.05  # seconds without a further change before a build begins

# Pages ask for the number of the build they come from, and wait for the next.
RELOAD = b"""<script>
(async () => {
  for (let seen = ""; ; ) {
    try {
      const answer = await fetch("/.build?" + seen);
      const now = await answer.text();
      if (seen && now !== seen) location.reload();
      seen = now;
    } catch { await new Promise((done) => setTimeout(done, 500)); }
  }
})();
</script></body>"""


class Workshop:
    """The site as it stands now, built anew when a file changes."""

    def __init__(self, root: Path, runner: Runner, folder: Path) -> None:
        """Prepare to build `root` below `folder`, with the snippets of `runner`."""
        self.root = root
        self.runner = runner
        self.folder = folder
        self.number = 0  # of the last good build
        self.changed = threading.Condition()
        self._kept: dict[tuple[str, str, str], Result] = {}
        self._environment = runner.environment()
        self._pages: dict[str, object] = {}  # what the last good build showed
        self._rest: object = None

    @property
    def site(self) -> Path:
        """The folder of the last good build."""
        return self.folder / str(self.number)

    def _results(
        self, snippets: list[Snippet], wanted: Mapping[str, Sequence[Shot]]
    ) -> dict[str, Result]:
        """Run what has changed, or is to be drawn otherwise; keep the rest."""
        keys = {s.name: (s.name, s.digest, repr(wanted.get(s.name))) for s in snippets}
        new = [s for s in snippets if keys[s.name] not in self._kept]
        for name, result in self.runner.run(new, figures=wanted):
            self._kept[keys[name]] = result
        return {s.name: self._kept[keys[s.name]] for s in snippets}

    def build(self) -> None:
        """Build once; if anything is wrong, report it and keep the last site."""
        begun = time.perf_counter()
        found = project.read(self.root)
        shown = {
            page.path: [
                (self.root / page.path).read_bytes(),
                *(
                    text
                    for fence in page.fences
                    for text in FENCES[fence.call.function].depends(fence.call, found)
                ),
            ]
            for by_slug in found.pages.values()
            for page in by_slug.values()
        }
        rest = [set(shown), *_stamps(found)]
        target = self.folder / str(self.number + 1)
        again = None
        if rest == self._rest:
            again = {path for path in shown if shown[path] != self._pages[path]}
            shutil.copytree(self.site, target, copy_function=_keep)
        sound = build.assemble(
            found, self._environment, self._results, target, again=again
        )
        if not sound:
            shutil.rmtree(target, ignore_errors=True)
            return
        if again is not None:
            for index in self.site.glob("**/search/search_index.json"):
                shutil.copy2(index, target / index.relative_to(self.site))
        with self.changed:
            self.number += 1
            self.changed.notify_all()
        # Requests under way still read the site before this one.
        shutil.rmtree(self.folder / str(self.number - 2), ignore_errors=True)
        self._pages, self._rest = dict(shown), rest
        print(f"built in {time.perf_counter() - begun:.2f} s", flush=True)


def _keep(old: str, new: str) -> None:
    """Take a file over from the last site; what MkDocs writes into is copied.

    Pages and programs are unlinked before they are written anew.
    """
    if old.endswith((".py", "index.html")):
        os.link(old, new)
    else:
        shutil.copy2(old, new)


def _stamps(found: Project) -> list[tuple[str, int]]:
    """Return when each file was written that concerns all pages."""
    root = found.root
    files = [root / language.config for language in found.languages.values()]
    files.append(root / STORE)
    for folder in ("docs/assets", "overrides", "recordings", "words"):
        files += sorted((root / folder).rglob("*.*"))
    return [(str(f), f.stat().st_mtime_ns) for f in files if f.is_file()]


class _Handler(SimpleHTTPRequestHandler):
    """Serves the last good build, with the script that reloads the page."""

    def __init__(self, workshop: Workshop, *arguments: object) -> None:
        self.workshop = workshop
        super().__init__(*arguments, directory=str(workshop.site))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/.build":
            with self.workshop.changed:
                self.workshop.changed.wait_for(
                    lambda: str(self.workshop.number) != query, timeout=20
                )
                self._answer(str(self.workshop.number).encode(), "text/plain")
            return
        file = Path(self.translate_path(self.path))
        if file.is_dir() and path.endswith("/"):
            file /= "index.html"
        if file.suffix == ".html" and file.exists():
            text = file.read_bytes().replace(b"</body>", RELOAD)
            self._answer(text, "text/html; charset=utf-8")
            return
        super().do_GET()

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: a line for each request hides the messages of a build."""


class _Edits(FileSystemEventHandler):
    """Notes that something was edited."""

    def __init__(self) -> None:
        self.edited = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in ("created", "modified", "moved", "deleted"):
            self.edited.set()


def serve(root: Path, port: int) -> int:
    """Build, serve on localhost, and follow edits until interrupted."""
    folder = Path(tempfile.mkdtemp(prefix="serve-"))
    edits = _Edits()
    observer = Observer()
    for name in WATCHED:
        if (root / name).exists():
            observer.schedule(edits, str(root / name), recursive=True)
    for config in root.glob("mkdocs*.yml"):
        observer.schedule(edits, str(config))
    try:
        with Runner() as runner:
            workshop = Workshop(root, runner, folder)
            workshop.build()
            server = ThreadingHTTPServer(
                ("localhost", port), partial(_Handler, workshop)
            )
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            observer.start()
            print(f"serving http://localhost:{port}/ and following edits", flush=True)
            while True:
                edits.edited.wait()
                while edits.edited.is_set():
                    edits.edited.clear()
                    time.sleep(SETTLE)
                workshop.build()
    except KeyboardInterrupt:
        return 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)
