"""``claim("fact_check/...", "topic")`` and ``claims("list")``: the fact check.

Each claim stands with its verdict, all stand in a list, and where one is explained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import show, versions
from sitebuild.fences.claims.claim import (
    TOPICS,
    VERDICTS,
    Claim,
    found,
    of_language,
    of_use,
    pages,
    verdicts,
)
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Run, Use
from sitebuild.view import View


def _check(use: Use, project: Project) -> Iterable[Fault]:
    yield from show.check(use, project)
    claim = of_use(use)
    if claim.snippet.rpartition("/")[2].partition("_")[0] != claim.id:
        yield use.fault("misnamed-claim", id=claim.id, snippet=claim.snippet)
    first = pages(project, use.page.language)[claim.id]
    if first != claim.page:
        yield use.fault("same-claim", id=claim.id, page=first)


def _judge(use: Use, run: Run) -> Iterable[Fault]:
    claim = of_use(use)
    if claim.snippet not in run.results:
        return  # what failed in the run is reported
    decided = found(run, claim) is not None
    if decided == bool(claim.opinion):
        what = "both a verdict and an opinion" if decided else "no verdict"
        yield use.fault("no-verdict", id=claim.id, what=what, snippet=claim.snippet)


def _depends_claims(call: Call, project: Project) -> Iterable[str]:
    for language in project.languages:
        for claim in of_language(project, language):
            yield repr(claim)
            yield from show.depends(Call("claim", claim.snippet), project)


def _render(call: Call, view: View) -> Markup:
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


def _foot(view: View) -> Markup:
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


PARTS = {"counts": _counts, "list": _list}
CLAIM = Fence(
    Form("claim", 'claim("topic/id_name", "topic")', topics=TOPICS, prose="opinion"),
    _render,
    check=_check,
    judge=_judge,
    depends=show.depends,
    publish=show.publish,
)
CLAIMS = Fence(
    Form("claims", 'claims("part")', parts=tuple(PARTS)),
    lambda call, view: PARTS[call.part](view),
    depends=_depends_claims,
    foot=_foot,
)
