"""The link to the other language: in the header, to the same page, and back."""

from __future__ import annotations

import pytest

from .conftest import DESKTOP, PHONE


def test_language_link_leads_to_the_same_page_and_back(reader):
    """By clicking; where it leads from every page, test_pages.py looks."""
    reader.open("concepts/graph-and-leaves")
    reader.find(".language__link").click()
    assert reader.page == "en/concepts/graph-and-leaves"
    assert reader.find("html").get_attribute("lang") == "en"
    reader.find(".language__link").click()
    assert reader.page == "concepts/graph-and-leaves"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize(("page", "name"), [("detach", "English"), ("en", "日本語")])
def test_language_link_is_in_the_header_and_names_the_language(
    reader, page, name, width
):
    reader.look(width)
    reader.open(page)
    link = reader.find("header .language__link")
    assert link.is_displayed()
    assert link.text == name
    assert link.rect["x"] + link.rect["width"] <= width
