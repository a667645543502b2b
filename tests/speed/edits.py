"""From saving an edit to the page that has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PORT = 8765
ROUNDS = 5
PAGE, SNIPPET = "docs/ja/detach.md", "snippets/detach/what_it_returns.py"


def seconds(root: Path) -> dict[str, list[float]]:
    """Return how long each of some edits of a page, and of a snippet, took."""
    server = subprocess.Popen(
        [sys.executable, "-m", "sitebuild", "serve", "--port", str(PORT)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    try:
        while "serving" not in (said := server.stdout.readline()):
            if not said:
                sys.exit("serve did not start")
        return {
            PAGE: [
                _edit(root / PAGE, "\nedit-{}\n", "detach/", n) for n in range(ROUNDS)
            ],
            SNIPPET: [
                _edit(root / SNIPPET, 'print("edit-{}")\n', "en/detach/", n)
                for n in range(100, 100 + ROUNDS)
            ],
        }
    finally:
        server.terminate()
        server.wait()


def _edit(file: Path, added: str, page: str, number: int) -> float:
    """Save an edit and wait as an open page does: for the next state."""

    def ask(path: str) -> str:
        with urllib.request.urlopen(f"http://localhost:{PORT}/{path}") as answer:
            text: str = answer.read().decode()
            return text

    text = file.read_text(encoding="utf-8") + added.format(number)
    time.sleep(1)  # let the server come to rest
    state = json.loads(ask(".state"))
    begun = time.perf_counter()
    file.write_text(text, encoding="utf-8")
    while time.perf_counter() < begun + 60:
        state = json.loads(ask(f".state?{state['state']}"))
        if state["report"]:
            sys.exit(state["report"])
        if f"edit-{number}" in ask(page):
            return time.perf_counter() - begun
    sys.exit(f"{file} was edited, and {page} never showed it")
