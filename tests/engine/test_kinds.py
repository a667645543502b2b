"""Every kind of fault is explained to contributors, in both languages."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from sitebuild.faults import Fault, Kind
from tests.conftest import ROOT

KINDS = list(get_args(Kind))


def test_the_kinds_are_in_order_each_once():
    assert sorted(set(KINDS)) == KINDS


def test_each_kind_is_given_somewhere():
    sources = "".join(
        file.read_text(encoding="utf-8")
        for file in ROOT.glob("sitebuild/**/*.py")
        if file.name != "faults.py"
    )
    assert [kind for kind in KINDS if f'"{kind}"' not in sources] == []


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
    assert sorted(explained) == KINDS


def test_a_fault_is_told_with_place_kind_and_advice():
    fault = Fault("docs/ja/a.md", 3, "no-id", "a heading has no id", "give it one")
    assert str(fault) == (
        "docs/ja/a.md:3: a heading has no id [no-id]\n    -> give it one"
    )
    assert str(Fault("a", 1, "no-id", "b")) == "a:1: b [no-id]"
