"""The site needs nothing: no other host, no script; and nothing is missing."""

from __future__ import annotations

import pytest

from .conftest import PAGES, PHONE


@pytest.mark.parametrize("page", [*PAGES, "404.html"])
def test_page_asks_this_host_only_and_reports_no_error(reader, root, page):
    reader.driver.get("about:blank")
    reader.forget()
    reader.open(page)
    reader.find(".md-search__input").send_keys("x")  # loads the index
    reader.wait(
        lambda: reader.find(".md-search-result__meta").get_property("innerText")
    )
    asked = reader.traffic()
    assert any(url.endswith("/search_index.json") for url, _ in asked)
    own = (root, "data:", "blob:")
    assert [url for url, _ in asked if not url.startswith(own)] == []
    assert [(url, status) for url, status in asked if status >= 400] == []
    assert reader.driver.get_log("browser") == []


@pytest.fixture
def without_script(reader):
    """A reader whose browser runs no script."""
    allow_scripts(reader, False)
    yield reader
    allow_scripts(reader, True)


def allow_scripts(reader, allow: bool) -> None:
    reader.driver.execute_cdp_cmd(
        "Emulation.setScriptExecutionDisabled", {"value": not allow}
    )


@pytest.mark.parametrize("page", PAGES)
def test_page_is_complete_without_script(without_script, page):
    reader = without_script
    reader.open(page)
    assert reader.find("html").get_attribute("class") == "no-js"
    links = reader.script(SHOWN, ".md-nav--primary .md-nav__link[href]")
    assert sum(links) >= len(PAGES) / 2  # all pages of a language
    # What is folded opens without a script.
    reader.script("document.querySelectorAll('details').forEach(f => f.open = true)")
    for part in (
        ".language__link",
        "h1",
        ".snippet",
        ".snippet code",
        ".snippet-output samp",
        ".stamp",
    ):
        shown = reader.script(SHOWN, part)
        assert shown or part.startswith(".snippet")  # a page may do without
        assert all(shown), part
    text = reader.script(TEXT)
    allow_scripts(reader, True)
    reader.open(page)
    assert text == reader.script(TEXT)


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


SHOWN = """
return [...document.querySelectorAll(arguments[0])].map(found => found.checkVisibility())
"""
TEXT = """
const article = document.querySelector("article").cloneNode(true);
for (const found of article.querySelectorAll(".snippet-copy, form")) found.remove();
return article.textContent.replace(/\\s+/g, " ").trim();
"""
