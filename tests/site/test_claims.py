"""The fact check as it is published: verdicts, list, counts, and ways back."""

from __future__ import annotations

import functools

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitebuild.fences import claims
from sitebuild.fences.claims import VERDICTS, of_language
from sitebuild.pages.outline import address


@pytest.fixture(scope="module")
def verdicts(run):
    return claims.verdicts(run)


@pytest.fixture(scope="module")
def page(built):
    """A function: the page at an address, read as a browser does."""

    @functools.cache
    def read(where):
        text = (built / where / "index.html").read_text(encoding="utf-8")
        return LexborHTMLParser(text)

    return read


@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_claim_shows_its_verdict_below_its_anchor(
    page, project, verdicts, language
):
    shown = {}
    for claim in of_language(project, language):
        html = page(project.languages[language].prefix + address(claim.page))
        [below] = html.css(f"#{claim.id} ~ .claim")[:1]
        assert below.css_first("b").text() == claim.id.upper()
        shown[claim.id] = below.css_first(".verdict").attributes["class"].split()[1]
        assert below.css("samp"), claim.id
    assert shown == {id_: f"verdict-{word}" for id_, word in verdicts.items()}


@pytest.mark.parametrize("root", ["", "en/"])
def test_the_list_has_every_claim_and_the_counts_add_up(page, verdicts, root):
    html = page(f"{root}fact-check")
    rows = html.css(".claims-list tbody tr")
    found = {
        r.css_first("a").text().lower(): r.attributes["data-verdict"] for r in rows
    }
    assert found == verdicts
    body = html.css(".claims-counts tbody tr")
    numbers = [[int(cell.text()) for cell in row.css("td")] for row in body]
    for word, row in zip(VERDICTS, numbers):
        assert row[-1] == sum(row[:-1]) == list(verdicts.values()).count(word)
    assert numbers[-1] == [sum(column) for column in zip(*numbers[:-1])]
    assert numbers[-1][-1] == len(verdicts)


def test_pages_lead_back_to_the_claims_that_they_explain(page, project):
    for code, language in project.languages.items():
        for claim in of_language(project, code):
            for target in claim.explained:
                slug = target.partition("#")[0]
                if slug.startswith("fact-check/"):
                    continue
                html = page(language.prefix + address(slug))
                ids = [a.text() for a in html.css(".claims-about li > a")]
                assert claim.id.upper() in ids, (claim.id, slug)
