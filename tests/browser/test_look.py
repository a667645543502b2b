"""What a reader sees: the scheme, names, a phone, paper, and what does not move."""

from __future__ import annotations

import re

import pytest

from .conftest import DESKTOP, LANGUAGES, PHONE


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
    for label, then in zip(labels, ["light", "dark", "dark"]):
        [button] = [b for b in reader.find_all("[for^=__palette]") if b.is_displayed()]
        assert button.get_attribute("title") == label
        button.click()
        reader.wait(lambda then=then: reader.scheme == then)


def test_chosen_scheme_stays_on_other_pages_and_in_the_other_language(reader):
    reader.look(scheme="dark")
    reader.open("detach")
    assert reader.scheme == "dark"
    reader.find("[title='ライトモードに切り替える']").click()
    reader.find(".language__link").click()
    assert (reader.page, reader.scheme) == ("en/detach", "light")
    reader.open("en")
    assert reader.scheme == "light"


def test_stops_and_the_search_dialog_have_names(reader):
    """A screen reader's list of links tells the downloads apart."""
    reader.open("detach")
    names = [link.get_attribute("aria-label") for link in reader.find_all("[download]")]
    files = [link.text for link in reader.find_all(".snippet-file")]
    assert names == [f"ダウンロード: {file}" for file in files]


@pytest.mark.parametrize("language", LANGUAGES)
def test_latin_text_is_in_a_latin_font_and_japanese_in_a_japanese_one(reader, language):
    reader.open(f"{LANGUAGES[language]}detach")
    cdp = reader.driver.execute_cdp_cmd
    root = cdp("DOM.getDocument", {})["root"]["nodeId"]
    cdp("CSS.enable", {})
    text = {"nodeId": root, "selector": ".md-content p"}
    fonts = cdp(
        "CSS.getPlatformFontsForNode",
        {"nodeId": cdp("DOM.querySelector", text)["nodeId"]},
    )["fonts"]
    cdp("CSS.disable", {})
    used = max(fonts, key=lambda font: font["glyphCount"])["familyName"]
    assert ("CJK JP" in used) == (language == "ja")


@pytest.fixture
def slowly(reader):
    """A reader who sees pages come in little by little, and what moves meanwhile."""
    cdp = reader.driver.execute_cdp_cmd
    script = cdp("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH_SHIFTS})
    cdp("Network.enable", {})
    cdp("Network.emulateNetworkConditions", SLOW)
    yield reader
    fast = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    cdp("Network.emulateNetworkConditions", SLOW | fast)
    cdp("Page.removeScriptToEvaluateOnNewDocument", script)


SLOW = {
    "offline": False,
    "latency": 40,
    "downloadThroughput": 200_000,
    "uploadThroughput": 200_000,
}
WATCH_SHIFTS = """
window.moved = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) moved.push([
    value, ...sources.map(({ node }) => (node?.tagName ? node : node?.parentElement)?.outerHTML.slice(0, 80)),
  ]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize(
    "page",
    [
        "en/which-one/",
        "en/which-one/?get=tensor&memory=own&gradient=cut",
        "reference/behaviour-matrix/",
        "en/reference/all-of-torch/",
        "fact-check/",
        "detach/",
        "en/benchmarks/",
    ],
)
def test_nothing_moves_while_a_page_loads(slowly, page, width):
    reader = slowly
    reader.look(width)
    reader.driver.get(reader.root + page)
    reader.driver.execute_async_script(
        "const done = arguments[0];"
        "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));"
    )
    moved = reader.script("return window.moved")
    # A line that is being read in may still push its own end to the next.
    assert sum(value for value, *_ in moved) < 0.01, moved


def test_a_phone_shows_the_names_of_the_lines_of_a_chart(reader):
    """They stand above the plot: at the ends of the lines they were out of sight."""
    reader.look(PHONE)
    reader.open("en/benchmarks")
    ends = reader.script(
        "return [...document.querySelectorAll('.chart text')]"
        ".filter((text) => /numpy|empty/.test(text.textContent))"
        ".map((text) => text.getBoundingClientRect().right)"
    )
    assert len(ends) > 2
    assert max(ends) <= PHONE


def test_a_phone_shows_figures_smaller_but_legible(reader):
    """What is still too wide fades at the edge; test_pages.py sees to that."""
    reader.look(PHONE)
    reader.open("en/concepts/storage-and-views")
    scales = reader.script(
        "return [...document.querySelectorAll('.figure-svg')]"
        ".map((svg) => svg.getBoundingClientRect().width / svg.getAttribute('width'))"
    )
    assert scales
    assert all(0.75 <= scale < 0.8 for scale in scales)  # of 12 px: 9


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_filled_dark_on_light_without_buttons(reader, scheme):
    reader.look(scheme=scheme)
    reader.open("en/detach")
    reader.wait(lambda: reader.scheme == scheme)
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    buttons = ".snippet-copy, [download], .headerlink"
    assert not any(found.is_displayed() for found in reader.find_all(buttons))
    ink = reader.find(".md-content p").value_of_css_property("color")
    assert sum(int(part) for part in re.findall(r"\d+", ink)[:3]) < 3 * 128
    # A program that had to be on one page would leave most of the last one empty.
    for program in reader.find_all(".snippet, .snippet .highlight, .snippet pre"):
        assert program.value_of_css_property("break-inside") == "auto"


@pytest.mark.parametrize(
    ("address", "language", "title"),
    [
        ("nowhere/", "ja", "ページが見つかりません"),
        ("en/nowhere/", "en", "Page not found"),
        ("en/modes/nowhere", "en", "Page not found"),
    ],
)
def test_a_missing_page_answers_in_the_language_of_the_address(
    reader, address, language, title
):
    reader.driver.get(reader.root + address)
    assert reader.driver.title == title
    assert reader.find(".not-found").get_attribute("lang") == language
    assert [heading.text for heading in reader.find_all("h1")] == [title]
    links = [link.get_attribute("href") for link in reader.find_all("article li a")]
    assert links == [reader.root + home for home in LANGUAGES.values()]
    # Its search is that of the language, which the header's need not be.
    reader.find(".not-found input").send_keys("deepcopy\n")
    reader.wait(lambda: reader.find_all(".md-search-result__item a"))
    assert reader.page.partition("?")[0].strip("/") == LANGUAGES[language].strip("/")
    assert reader.find(".md-search__input").get_property("value") == "deepcopy"
