"""Every kind of fault has a text, a use, and an explanation for contributors."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator

import pytest

from sitebuild.faults import TEXTS, Fault
from tests.conftest import ROOT

KINDS = TEXTS.sections()
SOURCES = sorted(ROOT.glob("sitebuild/**/*.py"))


def given() -> Iterator[tuple[str, str, set[str] | None]]:
    """Give place, kind and values of each call that makes a fault."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if ast.unparse(node.func).split(".")[-1] not in (
                *("of", "fault", "wrong", "_wrong"),
            ):
                continue
            names = {keyword.arg for keyword in node.keywords}
            for argument in node.args:
                if isinstance(argument, ast.Constant) and argument.value in KINDS:
                    yield f"{file}:{node.lineno}", argument.value, names


def placeholders(kind: str) -> set[str]:
    return {
        name
        for text in TEXTS[kind].values()
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }


def test_the_kinds_are_in_order():
    assert sorted(KINDS) == KINDS


def test_each_kind_is_given_somewhere():
    sources = "".join(file.read_text(encoding="utf-8") for file in SOURCES)
    assert [kind for kind in KINDS if f'"{kind}"' not in sources] == []


def test_each_text_is_filled_in():
    calls = list(given())
    assert len(calls) > 60
    for place, kind, names in calls:
        assert names == placeholders(kind), place


@pytest.mark.parametrize(
    ("file", "head"), [("CONTRIBUTING.md", "Kind"), ("CONTRIBUTING.ja.md", "種類")]
)
def test_contributing_explains_each_kind_once(file, head):
    text = (ROOT / file).read_text(encoding="utf-8")
    table = re.search(rf"(?m)^\| {head} \|.*\n(?:\|.*\n)+", text)[0]
    explained = [
        kind
        for row in table.splitlines()[2:]
        for kind in re.findall(r"`([^`]+)`", row.split("|")[1])
    ]
    assert sorted(explained) == sorted({kind.partition("/")[0] for kind in KINDS})


def test_a_fault_is_told_with_place_kind_and_advice():
    assert str(Fault.of("docs/ja/a.md", 3, "no-id", text="A")) == (
        "docs/ja/a.md:3: the heading 'A' has no id [no-id]\n"
        "    -> end it with `{ #id }`, the same id in both languages"
    )
    assert str(Fault.of("a", 1, "theme", text="b")) == "a:1: b [theme]"
    assert Fault.of("a", 1, "not-run/indented").kind == "not-run"
