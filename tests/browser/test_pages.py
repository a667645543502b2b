"""Every page, opened once, is seen from all sides.

It asks this host only, is complete without script, stays where it is while it
loads, fits, is legible, leads to its other language, and its programs can be
copied; at a desktop and on a phone, in light and dark.
"""

from __future__ import annotations

import re
import urllib.request
from types import SimpleNamespace

import pytest
from selenium.webdriver.common.keys import Keys
from selenium_axe_python import Axe

from .conftest import DESKTOP, PAGES, PHONE, Reader, allow_scripts

NOWHERE = "404.html"


@pytest.fixture(
    scope="module",
    params=[
        # Of two browsers side by side, one has all tests of a page.
        pytest.param(address, marks=pytest.mark.xdist_group(address))
        for address in [*PAGES, NOWHERE]
    ],
)
def page(request, chromium, root):
    """A page that was opened without scripts, and is open with them.

    pytest runs all tests of one page before it opens the next. Tests leave the
    page as it is; the last one does not.
    """
    reader = Reader(chromium, root)
    seen = SimpleNamespace(reader=reader, address=request.param)
    allow_scripts(reader, False)
    reader.open(request.param)
    seen.bare = reader.script(WITHOUT_SCRIPT)
    allow_scripts(reader, True)
    reader.driver.get("about:blank")
    reader.forget()
    reader.open(request.param)
    reader.script("document.querySelectorAll('details').forEach(f => f.open = true)")
    return seen


def test_asks_this_host_only_and_reports_no_error(page, root):
    reader = page.reader
    query = reader.find(".md-search__input")
    query.send_keys("x")  # loads the index
    reader.wait(
        lambda: reader.find(".md-search-result__meta").get_property("innerText")
    )
    query.send_keys(Keys.ESCAPE)
    asked = reader.traffic()
    assert any(url.endswith("/search_index.json") for url, _ in asked)
    own = (root, "data:", "blob:")
    assert [url for url, _ in asked if not url.startswith(own)] == []
    assert [(url, status) for url, status in asked if status >= 400] == []
    assert reader.driver.get_log("browser") == []


def test_is_complete_without_script(page):
    bare = page.bare
    assert bare["class"] == "no-js"
    assert bare["links"] >= len(PAGES) / 2  # all pages of a language
    for part, shown in bare["shown"].items():
        # A page may do without a program, and the page of no address without a stamp.
        assert shown or part.startswith(".snippet") or page.address == NOWHERE, part
        assert all(shown), part
    if page.address != NOWHERE:  # which puts one of its languages away
        assert bare["text"] == page.reader.script(TEXT)


def test_leads_to_the_same_page_in_the_other_language(page, root):
    if page.address == NOWHERE:
        pytest.skip("it holds both languages")
    english = page.address.partition("/")[0] == "en"
    other = page.address[2:].strip("/") if english else f"en/{page.address}".strip("/")
    link, language, here, there = page.reader.driver.execute_async_script(
        """
        const done = arguments[0];
        const link = document.querySelector(".language__link").href;
        const ids = (from) => [...from.querySelectorAll(".md-content :is(h1, h2, h3)")].map((h) => h.id);
        fetch(link).then((answer) => answer.text()).then((text) => {
          const other = new DOMParser().parseFromString(text, "text/html");
          const language = [document, other].map((one) => one.documentElement.lang);
          done([link, language, ids(document), ids(other)]);
        });
        """
    )
    assert link == root + (f"{other}/" if other else "")
    assert language == (["en", "ja"] if english else ["ja", "en"])
    assert here == there


def test_copied_programs_end_with_what_is_shown(page, clipboard):
    """And begin where the file begins, so that a section brings what it needs.

    Without the marks of sections, which say nothing to a reader.
    """
    for code, file, program in clipboard(page.reader.find_all(".snippet")):
        assert program.rstrip().endswith(code.strip())
        compile(program, file or page.address, "exec")
        if file:
            with urllib.request.urlopen(file) as answer:
                text = re.sub("(?m)^# %% .*", "", answer.read().decode())
            assert text.startswith(program.rstrip())


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_fits_and_cuts_nothing(page, width):
    page.reader.look(width)
    page.reader.wait(lambda: page.reader.script("return innerWidth") == width)
    faults = page.reader.driver.execute_async_script(
        # The observers of site.js have had their say two frames later.
        "const done = arguments[0], see = () => {" + FAULTS + "};"
        "requestAnimationFrame(() => requestAnimationFrame(() => done(see())));"
    )
    assert faults == []


def test_has_no_axe_violation(page):
    """Leaves little of the page.

    A page and its other language are built alike: one is looked at in light and
    on a phone, the other in dark, and the two homes in all ways.
    """
    reader = page.reader
    reader.look()
    reader.script(LEAVE_ONE_OF_EACH)
    axe = Axe(reader.driver)
    axe.inject()
    japanese, english = [(DESKTOP, "light"), (PHONE, "light")], [(DESKTOP, "dark")]
    if page.address in ("", "en", NOWHERE):
        looks = [*japanese, *english, (PHONE, "dark")]
    else:
        looks = english if page.address.startswith("en/") else japanese
    found = []
    for width, scheme in looks:
        reader.look(width, scheme)
        reader.wait(lambda scheme=scheme: reader.scheme == scheme)
        found += [
            f"{width} {scheme}: {violation['id']}: {node['target'][0]}: "
            f"{node['failureSummary']}"
            for violation in axe.run(options=AXE)["violations"]
            for node in violation["nodes"]
        ]
    assert found == []


AXE = "{resultTypes: ['violations'], preload: false}"
TEXT = """
const article = document.querySelector(".md-content article").cloneNode(true);
for (const found of article.querySelectorAll(".snippet-copy, form")) {
  found.remove();
}
return article.textContent.replace(/\\s+/g, " ").trim();
"""
WITHOUT_SCRIPT = f"""
document.querySelectorAll("details").forEach((found) => found.open = true);
const shown = (css) =>
  [...document.querySelectorAll(css)].map((found) => found.checkVisibility());
return {{
  class: document.documentElement.className,
  links: shown(".md-nav--primary .md-nav__link[href]").filter(Boolean).length,
  shown: Object.fromEntries([
    ".language__link", "h1", ".snippet", ".snippet code", ".snippet-output samp",
    ".stamp",
  ].map((css) => [css, shown(css)])),
  text: (() => {{ {TEXT} }})(),
}};
"""

# What sticks out of the page, lines that are cut, boxes that a keyboard cannot
# scroll, words that are broken: each named.
FAULTS = """
const faults = [];
const root = document.documentElement;
const say = (what, box) =>
  faults.push(`${what}: ${box.tagName}.${box.className} ${box.textContent.trim().slice(0, 40)}`);
if (root.scrollWidth > root.clientWidth) say("sticks out", root);
for (const line of document.querySelectorAll(".md-ellipsis")) {
  const lines = getComputedStyle(line).webkitLineClamp; // leaves lines out, cuts none
  if (lines === "none" && line.scrollHeight > line.clientHeight) say("cut", line);
}
for (const box of document.querySelectorAll(".md-content article *")) {
  const more = box.scrollWidth - box.clientWidth;
  if (!/auto|scroll/.test(getComputedStyle(box).overflowX) || !box.clientWidth) continue;
  if (more > 1 && box.tabIndex !== 0) say("no stop", box);
  if (more > 1 && !box.dataset.more) say("no sign that there is more", box);
  if (more <= 0 && box.scrollHeight <= box.clientHeight && box.tabIndex === 0) {
    say("a stop for nothing", box);
  }
}
for (const code of document.querySelectorAll(".md-content th code")) {
  // A name on two lines has two boxes, though it has no place to break.
  if (/^[\\w.()]+$/.test(code.textContent) && code.getClientRects().length > 1) {
    say("broken", code);
  }
}
return faults;
"""

# A page has a thousand marked words of code, in ten colours, and hundreds of rows
# and paragraphs. axe gets one of each kind in each kind of place, which is all that
# it could learn from.
LEAVE_ONE_OF_EACH = """
const own = (found) => [
  found.tagName, found.getAttribute("class"), found.getAttribute("style"),
  found.getAttribute("role"), ...found.getAttributeNames(),
];
const kind = (found) =>
  [...own(found), !found.textContent.trim(), ...[...found.children].map(kind)].join();
const place = (found) => found ? place(found.parentElement) + ">" + own(found) : "";
const seen = new Set();
for (const parts of [
  "wbr, option, .highlight span, svg :is(rect, path, text, use),"
    + ".headerlink, h3 > code:nth-of-type(n + 2),"
    + ".md-content :is(p, li, td, dd, samp):not(th *) > *",
  "li, tr, tbody, svg g, .md-content p:not(th *),"
    + ".snippet-output, .highlight, .snippet, .claim > *, .claim, .families section",
]) {
  for (const found of document.querySelectorAll(parts)) {
    const known = place(found.parentElement) + ":" + kind(found);
    if (seen.has(known)) found.remove();
    seen.add(known);
  }
}
"""
