"""A small project to build and serve, and ways to wait for what it does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import copy_project

PAGE = """\
---
description: {title} in one sentence.
---

# {title} {{ #top }}

{text}
"""
SHOW = '```python exec="on"\nshow("t/first")\n```\n'


def write(root: Path, path: str, text: str) -> None:
    """Write a file of a project."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A sound project of two pages and one program."""
    root = copy_project(tmp_path_factory.mktemp("made") / "project")
    for language in ("ja", "en"):
        home = PAGE.format(title="Home", text="[to B](b.md#more)")
        write(root, f"docs/{language}/index.md", home)
        page = PAGE.format(title="B", text=f"{SHOW}\n## More {{ #more }}\n")
        write(root, f"docs/{language}/b.md", page)
    write(root, "snippets/t/first.py", "print(1 + 1)\n")
    return root


@pytest.fixture
def root(made, tmp_path):
    """A copy of it to change."""
    return Path(shutil.copytree(made, tmp_path / "project"))


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start ``python -m sitebuild`` in a group of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "sitebuild", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "CUDA_VISIBLE_DEVICES": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(true, seconds: float = 120.0):
    """Wait until `true()` is; return what it gives."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found
