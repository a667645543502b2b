"""A notebook as a program, and cells that mislead."""

from __future__ import annotations

import json

import pytest

from sitebuild.programs.notebook import read_all


def cell(id_, source, kind="code", **more):
    found = {"cell_type": kind, "id": id_, "metadata": {}, "source": [source]}
    if kind == "code":
        found.update({"execution_count": None, "outputs": []})
    return {**found, **more}


def write(root, *cells):
    file = root / "docs/ja/n.ipynb"
    file.parent.mkdir(parents=True)
    text = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    file.write_text(json.dumps(text, indent=1), encoding="utf-8")
    return read_all(root)


def test_code_cells_are_the_sections_of_one_program(tmp_path):
    known, faults = write(
        tmp_path,
        cell("a", "x = 1"),
        cell("t", "# T", "markdown"),
        cell("b", "print(x)"),
    )
    assert faults == []
    assert known["notebooks/n"].source == "# %% a\nx = 1\n# %% b\nprint(x)"


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (cell("a", "print(2)"), "same-cell"),
        (cell("b", " \n"), "empty-cell"),
        (cell("b", "print(2)", outputs=[{"text": "3"}]), "saved-output"),
    ],
)
def test_a_cell_that_misleads_is_named_with_its_line(tmp_path, second, kind):
    known, [found] = write(tmp_path, cell("a", "print(1)"), second)
    assert known == {}
    assert (found.path, found.kind) == ("docs/ja/n.ipynb", kind)
    lines = (tmp_path / "docs/ja/n.ipynb").read_text().splitlines()
    assert f'"id": "{second["id"]}"' in lines[found.line - 1]
    assert found.line > lines.index('   "id": "a",')


def test_a_cell_without_an_id_is_named(tmp_path):
    second = cell("b", "print(2)")
    del second["id"]
    _, [found] = write(tmp_path, cell("a", "print(1)"), second)
    assert found.kind == "unreadable"


def test_a_cell_that_is_no_python_is_named(tmp_path):
    _, [found] = write(tmp_path, cell("a", "x = 1\ny = 2"), cell("b", "x = = 1"))
    assert str(found).startswith("docs/ja/n.ipynb:5: the code cell 'b': SyntaxError")
