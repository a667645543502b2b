"""A build that is interrupted, or cannot go on, says so in a line and leaves nothing."""

from __future__ import annotations

import fcntl
import os
import signal

import pytest

from tests.conftest import sitebuild
from tests.engine.maker.conftest import start, until, write

# Rendering a page takes long enough to be interrupted.
SLOW = """\
{% extends "base.html" %}
{% block content %}{% for n in range(10 ** 10) %}{% endfor %}{% endblock %}
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_build_ends_at_once_while_pages_are_rendered(root, number):
    """The signal reaches all of its processes, as from a terminal or a CI runner."""
    write(root, "overrides/main.html", SLOW)
    build = start(root, "build", "--no-measure")
    until(lambda: [*root.glob(".site-*/site/en/assets/stylesheets")])
    os.killpg(build.pid, number)
    _, errors = build.communicate(timeout=20)
    assert build.returncode == 128 + number
    assert errors == ""
    assert not [*root.glob(".site-*")]
    with pytest.raises(ProcessLookupError):
        os.killpg(build.pid, 0)


def test_a_build_sweeps_what_killed_ones_left(root):
    killed, swapping, running = (root / f".site-{n}" for n in ("a", "b", "c"))
    for folder in (killed / "site", swapping / "old", running / "site"):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(str(folder))
    fcntl.flock(os.open(running, os.O_RDONLY), fcntl.LOCK_EX)
    write(root, "docs/en/index.md", "no page\n")  # so that this build fails
    done = sitebuild(root, "build", "--no-measure")
    assert done.returncode == 1
    assert {f.name for f in root.glob(".site-*")} == {".site-c"}
    last = (root / "site/index.html").read_text()
    assert last == str(swapping / "old"), "the last good site is back in its place"


def test_a_folder_that_cannot_be_written_is_named_in_a_line(root):
    write(root, "file", "")
    done = sitebuild(root, "build", "--no-measure", "--to", "file/site")
    assert done.returncode == 1
    assert done.stderr.startswith("cannot go on: ")
    assert "file" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_time_that_is_none_is_named(root):
    done = sitebuild(root, "build", "--no-measure", SOURCE_DATE_EPOCH="yesterday")
    assert done.returncode == 1
    assert "SOURCE_DATE_EPOCH" in done.stderr
    assert "'yesterday'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_in_the_theme_is_named_with_its_line(root):
    text = '{% extends "base.html" %}\n\n{% block content %}{{ nothing.at.all }}'
    write(root, "overrides/main.html", text + "{% endblock %}\n")
    done = sitebuild(root, "build", "--no-measure")
    assert done.returncode == 1
    assert "overrides/main.html:3: UndefinedError" in done.stderr
    assert done.stderr.count("[theme]") == 1
    write(root, "overrides/main.html", text)
    done = sitebuild(root, "build", "--no-measure")
    assert "overrides/main.html:3: TemplateSyntaxError" in done.stderr


def test_a_project_without_assets_says_so(root):
    for file in (root / "docs/assets").iterdir():
        file.unlink()
    (root / "docs/assets").rmdir()
    done = sitebuild(root, "build", "--no-measure")
    assert done.returncode == 1
    assert "docs/assets:1: " in done.stderr
    assert "Traceback" not in done.stderr
