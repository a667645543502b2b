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
        yield use.fault(
            "misnamed-claim",
            f"the claim {claim.id!r} is not decided by {claim.snippet}",
            "name it snippets/fact_check/ID_IDEA.py, ID as the heading's",
        )
    first = pages(project, use.page.language)[claim.id]
    if first != claim.page:
        yield use.fault(
            "same-claim",
            f"{claim.id!r} is a claim on {first} too",
            "an id is given once; take another",
        )


def _judge(use: Use, run: Run) -> Iterable[Fault]:
    claim = of_use(use)
    if claim.snippet not in run.results:
        return  # what failed in the run is reported
    decided = found(run, claim) is not None
    if decided == bool(claim.opinion):
        what = "both a verdict and an opinion" if decided else "no verdict"
        yield use.fault(
            "no-verdict",
            f"the claim {claim.id!r} has {what}",
            f'end {claim.snippet}.py with `print(f"{{holds = }}")`, a '
            "bool or a dict of them by case; if no program can decide, "
            'give the reason instead: `claim(..., opinion="...")`',
        )


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
