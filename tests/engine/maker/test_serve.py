"""What `serve` shows after an edit, sound or not, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import urllib.request

import pytest

from sitebuild.run.runner import Runner
from sitebuild.serve import Workshop
from tests.conftest import sitebuild
from tests.engine.maker.conftest import PAGE, SHOW, start, until, write


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return found.getsockname()[1]


def ask(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://localhost:{port}/{path}") as answer:
        return answer.read().decode()


@pytest.fixture
def workshop(root, tmp_path):
    (tmp_path / "sites").mkdir()
    with Runner() as runner:
        workshop = Workshop(root, runner, tmp_path / "sites")
        workshop.build()
        yield workshop


def test_pages_rendered_again_are_those_of_a_whole_build(root, workshop, tmp_path):
    """Edits of a page, of a snippet, of both languages, one after the other."""
    first = workshop.site
    write(root, "snippets/t/first.py", "print(2 + 3)\n")
    workshop.build({"snippets/t/first.py"})
    edited = PAGE.format(
        title="B", text=f"More\nwords.\n\n{SHOW}\n## More {{ #more }}\n"
    )
    for path in ("docs/ja/b.md", "docs/en/b.md"):
        write(root, path, edited)
    workshop.build({"docs/ja/b.md"})
    workshop.build({"docs/en/b.md"})
    assert workshop.site == first, "only the pages are new"
    done = sitebuild(root, "build", "--no-measure", "--to", str(tmp_path / "whole"))
    assert done.returncode == 0, done.stderr
    for file in sorted((tmp_path / "whole").rglob("*.*")):
        path = file.relative_to(tmp_path / "whole")
        if path.name == "search_index.json":  # that of the last whole build
            continue
        assert (first / path).read_bytes() == file.read_bytes(), path


def test_an_edit_that_is_not_sound_changes_nothing(root, workshop):
    before = {f: f.read_bytes() for f in workshop.site.rglob("*.*")}
    page = PAGE.format(title="B", text=f"{SHOW}\n[x](gone.md)\n")  # and no #more
    for path in ("docs/ja/b.md", "docs/en/b.md"):
        write(root, path, page)
    workshop.build({"docs/ja/b.md", "docs/en/b.md"})
    report = workshop.state.wait("")["report"]
    for line in ("docs/ja/b.md:11: ", "docs/ja/index.md:7: ", "docs/en/index.md:7: "):
        assert line in report, "dead links of the page, and to it"
    assert {f: f.read_bytes() for f in workshop.site.rglob("*.*")} == before
    write(root, "snippets/t/first.py", "raise ValueError\n")
    workshop.build({"snippets/t/first.py"})
    assert "snippets/t/first.py:1: " in workshop.state.wait("")["report"]
    assert {f: f.read_bytes() for f in workshop.site.rglob("*.*")} == before
    write(root, "docs/assets/more.css", "\n@import '//x.y/z.css';\n")
    workshop.build({"docs/assets/more.css"})
    report = workshop.state.wait("")["report"]
    assert "docs/assets/more.css:2: loads from outside: //x.y/z.css" in report
    write(root, "words/en.toml", "no words")
    workshop.build({"words/en.toml"})
    assert "words/en.toml:1: " in workshop.state.wait("")["report"]


@pytest.mark.parametrize(
    ("path", "old", "new", "shown"),
    [
        ("mkdocs.en.yml", "site_name: ", "site_name: Other ", "Other "),
        ("docs/en/b.md", "# B {", "# Beta {", "Beta"),  # it stands in the menu
        ("overrides/main.html", "{{ super() }}", "{{ super() }}<i>x</i>", "<i>x</i>"),
    ],
)
def test_what_concerns_all_pages_is_on_all_pages(root, workshop, path, old, new, shown):
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    write(root, path, text.replace(old, new, 1))
    workshop.build({path})
    html = (workshop.site / "en/index.html").read_text(encoding="utf-8")
    assert shown in html


def test_a_browser_sees_edits_and_reports_until_serve_is_interrupted(root):
    port = free_port()
    server = start(root, "serve", "--port", str(port))
    until(lambda: "serving" in server.stdout.readline())
    state = json.loads(ask(port, ".state"))
    assert state["report"] == ""
    write(root, "docs/ja/b.md", PAGE.format(title="B", text="no fence <b>"))
    now = json.loads(ask(port, f".state?{state['state']}"))
    assert "docs/en/b.md" in now["report"], "the languages differ"
    assert now["site"] == state["site"]
    html = ask(port, "b/")
    assert "no fence" not in html
    assert re.search(r"banner.textContent = now.report", html), "as text, not as HTML"
    with socket.create_connection(("localhost", port)) as browser:
        browser.sendall(b"GET /b/ HTTP/1.0\r\n\r\n")  # and goes away at once
    with socket.create_connection(("localhost", port)) as browser:
        browser.sendall(b"GET /.state?%s HTTP/1.0\r\n\r\n" % now["state"].encode())
    other = start(root, "serve", "--port", str(port))
    _, errors = other.communicate(timeout=60)
    assert other.returncode == 1
    assert errors == f"port {port} cannot be had: Address already in use\n"
    write(root, "docs/ja/b.md", (root / "docs/en/b.md").read_text())
    until(lambda: json.loads(ask(port, ".state"))["report"] == "")
    os.killpg(server.pid, signal.SIGINT)
    _, errors = server.communicate(timeout=20)
    assert server.returncode == 0
    assert "Traceback" not in errors
