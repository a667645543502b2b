"""Every page in both schemes, at a desktop and on a phone: legible, and fits."""

from __future__ import annotations

import pytest
from selenium_axe_python import Axe

from .conftest import DESKTOP, PAGES, PHONE

EVERYWHERE = [*PAGES, "404.html"]
# The rules that look at colours; all others see the same page in both schemes.
COLOURS = ["color-contrast", "link-in-text-block"]

UNFOLD = "document.querySelectorAll('details').forEach(found => found.open = true)"
# A page has a thousand marked words of code, in ten colours, and tables have
# hundreds of rows. axe gets one of each kind, which is all it could learn from.
LEAVE_ONE_OF_EACH = """
const tables = [...document.querySelectorAll("table")];
const kind = (found) => [
    found.tagName, found.getAttribute("class"), found.getAttribute("style"),
    ...found.getAttributeNames(), !found.textContent.trim(),
    ...[...found.children].map(kind),
].join();
const seen = new Set();
for (const found of document.querySelectorAll(".highlight span, tbody, tr, svg g")) {
    const known = tables.indexOf(found.closest("table")) + kind(found);
    if (seen.has(known)) found.remove();
    seen.add(known);
}
"""


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("page", EVERYWHERE)
def test_page_fits_and_has_no_axe_violation(reader, page, width):
    """Nothing sticks out sideways, and axe finds nothing, in either scheme."""
    reader.look(width)
    reader.open(page)
    reader.script(UNFOLD)
    assert reader.script(
        "const page = document.documentElement;"
        "return page.scrollWidth <= page.clientWidth"
    )
    reader.script(LEAVE_ONE_OF_EACH)
    axe = Axe(reader.driver)
    axe.inject()
    found = violations(axe, "{resultTypes: ['violations'], preload: false}")
    reader.look(width, "dark")
    reader.wait(lambda: scheme(reader) == "slate")
    found += violations(axe, f"{{runOnly: {COLOURS}, preload: false}}")
    assert found == []


def violations(axe: Axe, options: str) -> list[str]:
    """Return what axe finds, a line each."""
    found = axe.run(options=options)
    return [
        f"{violation['id']}: {node['target'][0]}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def scheme(reader) -> str:
    return reader.find("body").get_attribute("data-md-color-scheme")


@pytest.mark.parametrize(
    ("page", "labels"),
    [
        (
            "detach",
            [
                "ライトモードに切り替える",
                "ダークモードに切り替える",
                "システムの設定に合わせる",
            ],
        ),
        (
            "en/detach",
            ["Switch to light mode", "Switch to dark mode", "Follow the system"],
        ),
    ],
)
def test_scheme_button_goes_round_in_the_language_of_the_page(reader, page, labels):
    reader.look(scheme="dark")
    reader.open(page)
    for label, then in zip(labels, ["default", "slate", "slate"]):
        [button] = [b for b in reader.find_all("[for^=__palette]") if b.is_displayed()]
        assert button.get_attribute("title") == label
        button.click()
        reader.wait(lambda then=then: scheme(reader) == then)


def test_chosen_scheme_stays_on_other_pages_and_in_the_other_language(reader):
    reader.look(scheme="dark")
    reader.open("detach")
    assert scheme(reader) == "slate"
    reader.find("[title='ライトモードに切り替える']").click()
    reader.find(".language__link").click()
    assert (reader.page, scheme(reader)) == ("en/detach", "default")
    reader.open("en")
    assert scheme(reader) == "default"


def test_boxes_that_scroll_can_be_reached_by_keyboard_and_others_are_no_stops(reader):
    reader.look(PHONE)
    reader.open("detach")
    boxes = reader.script(
        "return [...document.querySelectorAll('.snippet .highlight')]"
        ".map(box => [box.scrollWidth > box.clientWidth, box.tabIndex])"
    )
    assert {(True, 0), (False, -1)} == {tuple(box) for box in boxes}


def test_stops_and_the_search_dialog_have_names(reader):
    """A screen reader's list of links tells the downloads apart."""
    reader.open("detach")
    names = [link.get_attribute("aria-label") for link in reader.find_all("[download]")]
    files = [link.text for link in reader.find_all(".snippet-file")]
    assert names == [f"ダウンロード: {file}" for file in files]
