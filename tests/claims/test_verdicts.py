"""The fact check: every claim has a verdict, it comes from the run, and stays.

The verdicts that the pages may publish are written down in
``tests/claims/verdicts_*.py``. When a run gives another, the test of that claim
fails: then the true statement below the claim has to be read again.
"""

from __future__ import annotations

import re

import pytest

from sitebuild.fences import claims
from sitebuild.fences.claims import VERDICTS, of_language
from tests.claims import (
    verdicts_article_detach,
    verdicts_article_modes,
    verdicts_elsewhere,
)

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
def verdicts(run):
    return claims.verdicts(run)


def test_every_statement_of_the_two_articles_is_checked(verdicts):
    assert ASKED - set(verdicts) == set()


def test_claims_and_published_verdicts_are_of_the_same_ids(project):
    for claim_page, expected in PUBLISHED.items():
        found = {c.id for c in of_language(project, "ja") if c.page == claim_page}
        assert found == set(expected), claim_page


@pytest.mark.parametrize("claim", EXPECTED)
def test_a_run_supports_the_published_verdict(verdicts, claim):
    assert verdicts[claim] == EXPECTED[claim]


def test_every_claim_has_a_verdict_and_a_page_that_explains(project, verdicts):
    assert set(verdicts.values()) <= set(VERDICTS)
    for language in project.languages:
        alone = [c.id for c in of_language(project, language) if not c.explained]
        assert alone == []


def test_an_opinion_says_why_in_both_languages(project):
    for language in project.languages:
        for claim in of_language(project, language):
            assert not claim.opinion or len(claim.opinion) > 15, claim.id


def test_programs_of_claims_do_not_hard_code_what_holds(project):
    """`holds = False` decides nothing; it would be a typed verdict."""
    typed = [
        claim.snippet
        for claim in of_language(project, "ja")
        if re.search(
            r"^holds = (True|False)\s*$|[\"']: (True|False)\b",
            project.programs[claim.snippet].source,
            re.M,
        )
    ]
    assert typed == []
