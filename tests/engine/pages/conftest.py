"""A small project of pages alone: reading needs nothing else."""

from __future__ import annotations

import json

import pytest

from sitebuild.fences import FORMS
from sitebuild.pages.outline import read_page, read_pages

MATTER = "---\ndescription: What it is about.\n---\n"


@pytest.fixture
def write(tmp_path):
    """A function: put a page there, in both languages or in one."""

    def put(name, text, languages=("ja", "en")):
        for language in languages:
            file = tmp_path / "docs" / language / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())

    return put


@pytest.fixture
def read(tmp_path, write):
    """A function: the outline of a page with this text."""

    def outline(text, name="page.md"):
        write(name, text, ["ja"])
        return read_page(tmp_path / "docs/ja" / name, tmp_path, FORMS)

    return outline


@pytest.fixture
def read_all(tmp_path):
    """A function: all pages, and what cannot be read."""
    return lambda: read_pages(tmp_path, ["ja", "en"], FORMS)


def notebook(*cells: tuple[str, str, str]) -> str:
    """The text of a notebook with these cells: kind, id, source."""
    return json.dumps(
        {"cells": [{"cell_type": k, "id": i, "source": [s]} for k, i, s in cells]}
    )


def kinds(faults) -> list[tuple[int, str]]:
    """What faults say, as far as a program can use it: line and kind."""
    return sorted((fault.line, fault.kind) for fault in faults)
