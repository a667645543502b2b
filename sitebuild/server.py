"""What `serve` answers a browser with: the site, and whether it is as the files say."""

from __future__ import annotations

import json
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

# It asks for the next state, reloads the page when there is a new site, and
# shows what is wrong when there is none.
SCRIPT = Path(__file__).parent / "templates/serve.html"
PATIENCE = 20.0  # seconds until a browser that waits gets the same state again


class State:
    """The last sound site, and what has been wrong since."""

    def __init__(self) -> None:
        """There is no site yet."""
        self.site: Path | None = None
        self.number = 0  # of sites so far
        self._report = ""
        self._changes = 0
        self._changed = threading.Condition()

    def change(self, site: Path | None = None, report: str = "") -> None:
        """Show another site, or what is new in the same; or say why there is none."""
        with self._changed:
            if site:
                self.site, self.number = site, self.number + 1
            self._report = report
            self._changes += 1
            self._changed.notify_all()

    def wait(self, seen: str) -> dict[str, Any]:
        """Return the state as soon as it is another than `seen`."""
        with self._changed:
            self._changed.wait_for(lambda: str(self._changes) != seen, PATIENCE)
            return {
                "state": str(self._changes),
                "site": self.number,
                "report": self._report,
            }


class _Handler(SimpleHTTPRequestHandler):
    """Serves the last sound site, with the script that follows its state."""

    def __init__(self, state: State, *arguments: Any) -> None:
        self._state = state
        super().__init__(*arguments, directory=str(state.site))

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/.state":
            answer = json.dumps(self._state.wait(query)).encode()
            self._answer(answer, "application/json")
            return
        file = Path(self.translate_path(self.path))
        if file.is_dir() and path.endswith("/"):
            file /= "index.html"
        if self._state.site is None:  # the first build failed, or is not done
            self._answer(SCRIPT.read_bytes(), "text/html; charset=utf-8")
        elif file.suffix == ".html" and file.exists():
            html = file.read_bytes().replace(b"</body>", SCRIPT.read_bytes())
            self._answer(html, "text/html; charset=utf-8")
        else:
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away before it had its answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def start(state: State, port: int) -> None:
    """Serve on localhost from now on; raise `OSError` if the port cannot be had."""
    server = _Server(("localhost", port), partial(_Handler, state))
    threading.Thread(target=server.serve_forever, daemon=True).start()
