"""The fact check: every claim has a verdict, it comes from the run, and stays.

The verdicts that the pages may publish are written down in
``tests/claims/verdicts_*.py``. When a run gives another, the test of that claim
fails: then the true statement below the claim has to be read again.
"""

from __future__ import annotations

import functools
import re

import pytest
from bs4 import BeautifulSoup

from sitebuild import claims
from sitebuild.claims import VERDICTS
from sitebuild.recordings import read_recordings
from sitebuild.render import Site, verdict
from tests.claims import (
    verdicts_article_detach,
    verdicts_article_modes,
    verdicts_elsewhere,
)
from tests.conftest import ROOT, copy_project, sitebuild

PUBLISHED = {
    "fact-check/article-detach.md": verdicts_article_detach.VERDICTS,
    "fact-check/article-modes.md": verdicts_article_modes.VERDICTS,
    "fact-check/elsewhere.md": verdicts_elsewhere.VERDICTS,
}
EXPECTED = {id_: v for verdicts in PUBLISHED.values() for id_, v in verdicts.items()}
ASKED = {
    *(f"a{number:02}" for number in range(1, 75)),
    *(f"b{number:02}" for number in range(1, 38)),
    *(f"c{number:02}" for number in range(1, 4)),
}


@pytest.fixture(scope="module")
def verdicts(outline, results, environment):
    recordings = read_recordings(ROOT)
    site = Site(outline.snippets, results, recordings, environment)
    return {claim.id: verdict(site, claim) for claim in outline.claims["ja"]}


def test_every_statement_of_the_two_articles_is_checked(verdicts):
    assert ASKED - set(verdicts) == set()


def test_claims_and_published_verdicts_are_of_the_same_ids(outline):
    for claim_page, expected in PUBLISHED.items():
        found = {c.id for c in outline.claims["ja"] if c.page == claim_page}
        assert found == set(expected), claim_page


@pytest.mark.parametrize("claim", EXPECTED)
def test_a_run_supports_the_published_verdict(verdicts, claim):
    assert verdicts[claim] == EXPECTED[claim]


def test_every_claim_has_a_verdict_and_a_page_that_explains(outline, verdicts):
    assert set(verdicts.values()) <= set(VERDICTS)
    for language in ("ja", "en"):
        alone = [c.id for c in outline.claims[language] if not c.explained]
        assert alone == []


def test_an_opinion_says_why_in_both_languages(outline):
    for claim in [c for of in outline.claims.values() for c in of if c.opinion]:
        assert len(claim.opinion) > 15, claim.id


def test_programs_of_claims_do_not_hard_code_what_holds(outline):
    """`holds = False` decides nothing; it would be a typed verdict."""
    typed = [
        claim.snippet
        for claim in outline.claims["ja"]
        if re.search(
            r"^holds = (True|False)\s*$|[\"']: (True|False)\b",
            outline.snippets[claim.snippet].source,
            re.M,
        )
    ]
    assert typed == []


# --- how a verdict is made ------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("holds = True\n", {"": True}),
        ("w = 1\nholds = False\n", {"": False}),
        ("holds = {'leaf': True, 'view': False}\n", {"leaf": True, "view": False}),
        ("holds = True\nw = 1\n", None),
        ("holds = 1\n", None),
        ("holds = {}\n", None),
        ("holds = tensor(True)\n", None),
        ("holds = {'leaf': None}\n", None),
        ("", None),
    ],
)
def test_what_holds_is_read_from_the_last_line(printed, found):
    assert claims.holds(printed) == found


@pytest.mark.parametrize(
    ("here", "before", "word"),
    [
        ({"": True}, [], "true"),
        ({"": True}, [{"": True}, None], "true"),
        ({"": False}, [{"": False}], "false"),
        ({"": False}, [{"": True}, {"": False}], "changed"),
        ({"": True}, [{"": False}], "changed"),
        ({"a": True, "b": False}, [{"a": True, "b": False}], "condition"),
        ({"a": True, "b": False}, [{"a": True, "b": True}], "changed"),
        ({"a": False, "b": False}, [None], "false"),
    ],
)
def test_a_verdict_is_made_of_what_holds_here_and_held_before(here, before, word):
    assert claims.verdict(here, before) == word


# --- what readers see -----------------------------------------------------------


@functools.cache
def soup(built, address):
    html = (built / address / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("root", ["", "en/"])
def test_each_claim_shows_its_verdict_below_its_anchor(built, outline, verdicts, root):
    language = "en" if root else "ja"
    shown = {}
    for page in PUBLISHED:
        found = soup(built, root + page.removesuffix(".md"))
        for claim in [c for c in outline.claims[language] if c.page == page]:
            below = found.find(id=claim.id).find_next(class_="claim")
            shown[claim.id] = below.find(class_="verdict")["class"][1]
            assert below.find("samp") is not None, claim.id
    assert shown == {id_: f"verdict-{word}" for id_, word in verdicts.items()}


@pytest.mark.parametrize("root", ["", "en/"])
def test_the_list_has_every_claim_and_the_counts_add_up(built, verdicts, root):
    page = soup(built, f"{root}fact-check")
    rows = page.select(".claims-list tbody tr")
    assert {r.a.text.lower(): r["data-verdict"] for r in rows} == verdicts
    body = page.select(".claims-counts tbody tr")
    numbers = [[int(cell.text) for cell in row.select("td")] for row in body]
    for word, row in zip(VERDICTS, numbers):
        assert row[-1] == sum(row[:-1]) == list(verdicts.values()).count(word)
    assert numbers[-1] == [sum(column) for column in zip(*numbers[:-1])]
    assert numbers[-1][-1] == len(verdicts)


def test_pages_lead_back_to_the_claims_that_they_explain(built, outline):
    for language, root in (("ja", ""), ("en", "en/")):
        for claim in outline.claims[language]:
            for target in claim.explained:
                slug = target.partition("#")[0]
                if slug.startswith("fact-check/"):
                    continue
                page = soup(built, root + re.sub(r"\.(md|ipynb)$", "", slug))
                ids = [a.text for a in page.select(".claims-about li > a")]
                assert claim.id.upper() in ids, (claim.id, slug)


# --- what its author may do wrong -----------------------------------------------


def test_what_is_wrong_with_a_claim_is_said_where_it_stands(tmp_path):
    copy_project(tmp_path, "[index.md]")
    programs = {
        "x01_silent": "print(1)\n",
        "x02_both": "holds = 1 < 2\nprint(f'{holds = }')\n",
        "x03_good": "holds = 1 < 2\nprint(f'{holds = }')\n",
    }
    for name, program in programs.items():
        file = tmp_path / f"snippets/t/{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(program)
    fences = {
        "x01": 'claim("t/x01_silent", "numpy")',
        "x02": 'claim("t/x02_both", "numpy", opinion="no reason at all")',
        "x09": 'claim("t/x03_good", "numpy")',
        "x10": 'claim("t/x03_good", "weather")',
    }
    text = "# Home { #home }\n"
    for id_, fence in fences.items():
        text += f'\n## A claim {{ #{id_} }}\n\n```python exec="on"\n{fence}\n```\n'
    for language in ("ja", "en"):
        page = tmp_path / f"docs/{language}/index.md"
        page.parent.mkdir(parents=True)
        page.write_text(text)
    done = sitebuild(tmp_path, "build", "--no-measure")
    assert done.returncode == 1
    for line, message in (
        (5, "the claim 'x01' has no verdict"),
        (11, "the claim 'x02' has both a verdict and an opinion"),
        (17, "the claim 'x09' is not decided by t/x03_good"),
        (24, "a fence with exec cannot hold"),
    ):
        assert f"docs/ja/index.md:{line}: {message}" in done.stderr
    assert "the topics from sharing, gradient" in done.stderr
