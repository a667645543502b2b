"""``claim("fact_check/...", "topic")`` and ``claims("list")``: the fact check."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import show, versions
from sitebuild.fences.claims import view
from sitebuild.fences.claims.claim import (
    TOPICS,
    found,
    of_language,
    of_use,
    verdicts,
)
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Run, Use
from sitebuild.view import View


def _check(use: Use, project: Project) -> Iterable[Fault]:
    yield from show.check_program(use, project)
    claim = of_use(use)
    if claim.snippet.rpartition("/")[2].partition("_")[0] != claim.id:
        yield use.fault(
            "misnamed-claim",
            f"the claim {claim.id!r} is not decided by {claim.snippet}",
            "name it snippets/fact_check/ID_IDEA.py, ID as the heading's",
        )
    claims = of_language(project, use.page.language)
    same = [other for other in claims if other.id == claim.id]
    if len(same) > 1 and same[0].page != claim.page:
        yield use.fault(
            "same-claim",
            f"{claim.id!r} is a claim on {same[0].page} too",
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


def _render_claim(call: Call, view_: View) -> Markup:
    claims = of_language(view_.run.project, view_.language.code)
    claim = next(c for c in claims if c.snippet == call.program)
    word = verdicts(view_.run)[claim.id]
    fence = versions.VERSIONS if word == "changed" else show.SHOW
    run = fence.render(Call(fence.form.name, call.program), view_)
    return Markup(
        view.render(claim, word, found(view_.run, claim), run, view_.language.code)
    )


def _depends_claim(call: Call, project: Project) -> Iterable[str]:
    yield (
        project.programs[call.program].digest
        if call.program in project.programs
        else ""
    )


def _titles(view_: View) -> dict[str, str]:
    pages = view_.run.project.pages[view_.language.code]
    return {slug: page.title for slug, page in pages.items()}


def _render_claims(call: Call, view_: View) -> Markup:
    claims = of_language(view_.run.project, view_.language.code)
    of, titles, language = verdicts(view_.run), _titles(view_), view_.language.code
    if call.part == "counts":
        return Markup(view.counts(claims, of, titles, language, view_.pages))
    return Markup(view.listing(claims, of, titles, language, view_.pages, view_.root))


def _depends_claims(call: Call, project: Project) -> Iterable[str]:
    for language in project.languages:
        for claim in of_language(project, language):
            yield repr(claim)
            if claim.snippet in project.programs:
                yield project.programs[claim.snippet].digest


def _foot(view_: View) -> Markup:
    claims = of_language(view_.run.project, view_.language.code)
    return Markup(
        view.about(
            view_.slug,
            claims,
            verdicts(view_.run),
            view_.language.code,
            view_.pages,
        )
    )


CLAIM = Fence(
    Form("claim", 'claim("topic/id_name", "topic")', topics=TOPICS, prose="opinion"),
    _render_claim,
    check=_check,
    judge=_judge,
    depends=_depends_claim,
    publish=show.publish,
)
CLAIMS = Fence(
    Form("claims", 'claims("part")', parts=("counts", "list")),
    _render_claims,
    depends=_depends_claims,
    foot=_foot,
)
