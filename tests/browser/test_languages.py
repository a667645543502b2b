"""The link to the other language: on every page, to the same page, and back."""

from __future__ import annotations

import pytest

from .conftest import DESKTOP, PAGES, PHONE


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("en")])
def test_language_link_leads_to_the_same_page_and_back(reader, page):
    reader.open(page)
    assert reader.find("html").get_attribute("lang") == "ja"
    headings = reader.script(_IDS)

    reader.find(".language__link").click()
    assert reader.page == f"en/{page}".strip("/")
    assert reader.find("html").get_attribute("lang") == "en"
    assert reader.script(_IDS) == headings

    reader.find(".language__link").click()
    assert reader.page == page


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


_IDS = "return [...document.querySelectorAll('h1, h2, h3')].map(found => found.id)"
