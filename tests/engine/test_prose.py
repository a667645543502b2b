"""What `nox -s prose` hands to textlint: prose, and the lines that it stands on."""

from __future__ import annotations

import json
import runpy

import pytest

from tests.conftest import ROOT

PAGE = """---
description: What it is about.
---

# A title { #title }

[English](a.md) · [日本語](b.md)

```python exec="on" table="rows: operation | input"
show("a/b")
```
Text.
"""
WORDS = '# note\n[a]\nlabel = "yes"\nsentence = "It is so."\n'
CELLS = [
    {"cell_type": "code", "source": ["x = 1"]},
    {"cell_type": "markdown", "source": ["# Title\n", "\n", "Text."]},
]


@pytest.fixture(scope="module")
def check():
    return runpy.run_path(str(ROOT / "prose/check.py"))


def prose(lines):
    """The lines that hold text, with their numbers, but for code."""
    return [(number, text.strip()) for number, text in lines if text.strip()]


def test_a_page_gives_its_description_its_text_and_the_titles_of_tables(check):
    found = prose(check["markdown"](PAGE))
    assert found[0] == (2, "What it is about.")
    assert (5, "# A title") in found and (12, "Text.") in found
    assert found[-2:] == [(9, "# operation"), (9, "# input")]
    assert not any("English" in text for _, text in found)


def test_words_that_are_no_sentence_are_headings(check):
    assert prose(check["words"](WORDS)) == [(3, "# yes"), (4, "It is so.")]


def test_a_notebook_gives_the_numbers_of_its_cells(check):
    text = json.dumps({"cells": CELLS})
    assert prose(check["notebook"](text)) == [(2, "# Title"), (2, "Text.")]
