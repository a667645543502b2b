"""Addresses that were published keep working: others link to them.

`addresses.txt` lists them, below the root of a language: pages, and the ids of
headings, of the matrix's rows and of the chooser's answers. What has moved
leaves its id on a link to the new place. `pytest --snapshots` adds new ones; a
line is taken out by nobody.
"""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import ROOT

LIST = ROOT / "tests/site/addresses.txt"
KEPT = ":is(h1, h2, h3, tbody, tr, li, p, a)[id]"


def of_language(folder):
    """Every address of the pages below a folder of the built site."""
    found = set()
    for file in folder.rglob("index.html"):
        page = file.parent.relative_to(folder).as_posix()
        if page == "en" or page.startswith("en/"):
            continue
        page = f"{page}/"  # "./" is home
        html = LexborHTMLParser(file.read_text(encoding="utf-8"))
        ids = [node.id for node in html.css(f"article {KEPT}")]
        found |= {page, *(f"{page}#{id}" for id in ids)}
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_was_published_is_still_there(built, language, request):
    known = set(LIST.read_text(encoding="utf-8").splitlines())
    found = of_language(built / "en" if language == "en" else built)
    if request.config.getoption("--snapshots"):
        known |= found
        LIST.write_text("".join(f"{one}\n" for one in sorted(known)), encoding="utf-8")
    assert sorted(known - found) == []
