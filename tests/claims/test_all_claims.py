"""Every statement of the two source articles is decided by a test of its name."""

from __future__ import annotations

import ast
import re

from tests.conftest import ROOT

CLAIMS = {
    *(f"A{number:02}" for number in range(1, 75)),
    *(f"B{number:02}" for number in range(1, 38)),
    *(f"C{number:02}" for number in range(1, 4)),  # often said beside them
}


def read_claims() -> list[tuple[str, str, str]]:
    """File, name and docstring of each test function of what is said of torch."""
    return [
        (file.name, node.name, ast.get_docstring(node) or "")
        for room in ("claims", "populations")
        for file in sorted((ROOT / f"tests/{room}").glob("test_*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def test_every_claim_has_a_test():
    found = {name.split("_")[1] for _, name, _ in read_claims()}
    assert CLAIMS - found == set()


def test_a_test_that_names_a_claim_names_one_there_is():
    ids = {name.split("_")[1] for _, name, _ in read_claims()}
    assert {one for one in ids if re.fullmatch(r"[ABC]\d+", one)} <= CLAIMS


def test_every_test_of_a_claim_says_what_the_claim_is():
    silent = [
        (file, name)
        for file, name, text in read_claims()
        if not text and name.split("_")[1] in CLAIMS
    ]
    assert silent == []


def test_no_test_of_a_claim_hides_another():
    """Of two functions with one name in one file pytest runs the second only."""
    names = [(file, name) for file, name, _ in read_claims()]
    assert sorted(names) == sorted(set(names))
