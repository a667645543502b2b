"""``claim("fact_check/...", "topic")`` and ``claims("list")``: the fact check."""

from __future__ import annotations

from collections.abc import Iterable

from sitebuild.faults import Fault
from sitebuild.fences import show
from sitebuild.fences.claims import view
from sitebuild.fences.claims.claim import TOPICS, found, of_language, of_use, pages
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Run, Use


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


CLAIM = Fence(
    Form("claim", 'claim("topic/id_name", "topic")', topics=TOPICS, prose="opinion"),
    view.render_claim,
    check=_check,
    judge=_judge,
    depends=show.depends,
    publish=show.publish,
)
CLAIMS = Fence(
    Form("claims", 'claims("part")', parts=("counts", "list")),
    view.render_claims,
    depends=_depends_claims,
    foot=view.foot,
)
