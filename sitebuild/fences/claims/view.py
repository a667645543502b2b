"""Put claims on pages: each with its verdict, all in a list, and where explained."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from sitebuild.fences import show, versions
from sitebuild.fences.claims.claim import (
    TOPICS,
    VERDICTS,
    Claim,
    found,
    of_language,
    verdicts,
)
from sitebuild.pages.call import Call
from sitebuild.view import View


def render_claim(call: Call, view: View) -> Markup:
    """Return what stands below a claim's heading."""
    claim = next(claim for claim in _claims(view) if claim.snippet == call.program)
    verdict = verdicts(view.run)[claim.id]
    fence = versions.VERSIONS if verdict == "changed" else show.SHOW
    return view.render(
        "claim.html.jinja",
        claim=claim,
        verdict=verdict,
        cases=found(view.run, claim) or {},
        run=fence.render(Call(fence.form.name, call.program), view),
    )


def render_claims(call: Call, view: View) -> Markup:
    """Return the part that a call names: the counts, or the list."""
    return _counts(view) if call.part == "counts" else _list(view)


def _counts(view: View) -> Markup:
    claims, of = _claims(view), verdicts(view.run)
    sources = _sources(view)
    count = Counter((of[claim.id], claim.page) for claim in claims)
    used = dict.fromkeys((*VERDICTS, *of.values()))
    rows = {verdict: [count[verdict, slug] for slug in sources] for verdict in used}
    rows[""] = [sum(numbers) for numbers in zip(*rows.values())]
    return view.render(
        "claims_counts.html.jinja",
        sources=sources,
        rows={verdict: [*row, sum(row)] for verdict, row in rows.items()},
    )


def _list(view: View) -> Markup:
    claims, of, words = _claims(view), verdicts(view.run), view.words.claims
    topics = {topic for claim in claims for topic in claim.topics}
    return view.render(
        "claims_list.html.jinja",
        claims=claims,
        verdicts=of,
        choices={
            "verdict": {
                v: words.verdicts[v] for v in words.verdicts if v in of.values()
            },
            "topic": {t: words.topics[t] for t in TOPICS if t in topics},
            "source": _sources(view),
        },
    )


def foot(view: View) -> Markup:
    """Return the claims that a page explains, to stand at its end."""
    explained = [c for c in _claims(view) if c.is_explained_on(view.slug)]
    if not explained:
        return Markup("")
    return view.render(
        "claims_about.html.jinja", claims=explained, verdicts=verdicts(view.run)
    )


def _claims(view: View) -> list[Claim]:
    return of_language(view.run.project, view.language.code)


def _sources(view: View) -> dict[str, str]:
    """Return the titles of the pages with claims, by slug, in the order of pages."""
    pages = view.run.project.pages[view.language.code]
    return {claim.page: pages[claim.page].title for claim in _claims(view)}
