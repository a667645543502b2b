"""A table shows each kind of value in its own way."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitebuild.fences import values

ROWS = [
    ["exp", False, 12345, 1234.5, None],
    ["a < b", True, 0, 0.1 + 0.2, "c"],
]


@pytest.mark.parametrize(
    ("language", "yes", "no"), [("en", "yes", "no"), ("ja", "はい", "いいえ")]
)
def test_each_kind_of_value_has_a_form_of_its_own(desk, language, yes, no):
    shown = str(values.table(ROWS, list("abcde"), desk.view(language)))
    html = LexborHTMLParser(shown)
    rows = [[cell.inner_html for cell in row.css("th, td")] for row in html.css("tr")]
    assert rows == [
        list("abcde"),
        ["<code>exp</code>", f'<span class="n">{no}</span>', "12,345", "1,234.5", "–"],
        [
            "<code>a &lt; b</code>",
            f'<span class="y">{yes}</span>',
            "0",
            "0.3",
            "<code>c</code>",
        ],
    ]


def test_heads_and_numbers_are_told(desk):
    html = LexborHTMLParser(str(values.table(ROWS, list("abcde"), desk.view())))
    for row in html.css("tr"):
        numbers = [c.attributes.get("class") for c in row.css("th, td")]
        assert numbers == [None, None, "number", "number", None]
    scopes = [cell.attributes["scope"] for cell in html.css("th")]
    assert scopes == ["col"] * 5 + ["row"] * 2


def test_a_column_is_of_numbers_if_its_first_value_is_one(desk):
    """A dash says nothing of its column."""
    shown = str(values.table([["a", None], ["b", 1]], ["x", "y"], desk.view()))
    head = LexborHTMLParser(shown).css("thead th")
    assert [cell.attributes.get("class") for cell in head] == [None, "number"]
