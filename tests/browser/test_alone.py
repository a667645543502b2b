"""The site needs nothing: no other host, no script; and nothing is missing."""

from __future__ import annotations

import pytest

from .conftest import DESKTOP, PAGES, PHONE


@pytest.mark.parametrize("page", [*PAGES, "404.html"])
def test_page_asks_this_host_only_and_reports_no_error(reader, root, page):
    reader.open(page)
    reader.find(".md-search__input").send_keys("x")  # loads the index
    reader.wait(
        lambda: reader.find(".md-search-result__meta").get_attribute("textContent")
    )
    asked = reader.traffic()
    assert len(asked) > 5
    assert [
        url for url, _ in asked if not url.startswith((root, "data:", "blob:"))
    ] == []
    assert [(url, status) for url, status in asked if status >= 400] == []
    assert reader.driver.get_log("browser") == []


@pytest.fixture
def without_script(reader):
    """A reader whose browser runs no script."""
    switch = "Emulation.setScriptExecutionDisabled"
    reader.driver.execute_cdp_cmd(switch, {"value": True})
    yield reader
    reader.driver.execute_cdp_cmd(switch, {"value": False})


@pytest.mark.parametrize("page", PAGES)
def test_page_is_complete_without_script(without_script, page):
    reader = without_script
    reader.open(page)
    assert reader.find("html").get_attribute("class") == "no-js"
    assert reader.find(".language__link").is_displayed()
    assert (
        len([a for a in reader.find_all("nav.md-nav--primary a") if a.is_displayed()])
        > 10
    )
    # What is folded opens without a script.
    reader.script(
        "document.querySelectorAll('details').forEach(found => found.open = true)"
    )
    for part in ("h1", ".snippet", ".snippet code", ".snippet-output", ".stamp"):
        assert all(reader.script(_SHOWN, part)), part
    bare = reader.script(_TEXT)

    reader.driver.execute_cdp_cmd(
        "Emulation.setScriptExecutionDisabled", {"value": False}
    )
    reader.open(page)
    assert bare == reader.script(_TEXT)


def test_dead_controls_are_hidden_without_script(without_script):
    reader = without_script
    reader.open("detach")
    controls = ".snippet-copy, .md-search, [for^=__palette]"
    assert not any(control.is_displayed() for control in reader.find_all(controls))


def test_navigation_opens_on_a_phone_without_script(without_script):
    reader = without_script
    reader.look(PHONE)
    reader.open("en/detach")
    reader.find("header [for=__drawer]").click()
    link = reader.find("nav.md-nav--primary a[href='../clone/']")
    reader.wait(lambda: link.is_displayed() and 0 <= link.rect["x"] < PHONE)
    reader.look(DESKTOP)


_SHOWN = """
return [...document.querySelectorAll(arguments[0])].map(found => found.checkVisibility())
"""
_TEXT = """
const article = document.querySelector("article").cloneNode(true);
for (const found of article.querySelectorAll(".snippet-copy, form")) found.remove();
return article.textContent.replace(/\\s+/g, " ").trim();
"""
