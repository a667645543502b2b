"""``claim("fact_check/...", "topic")`` and ``claims("list")``: the fact check.

Statements that others have made, and the verdicts that runs give on them.

A claim is a heading of a fact-check page: its text is what is claimed, its id
the claim's anchor for good. Below it a fence names the program that decides,
``claim("fact_check/a24_...", "leaves")``. The program states what follows from
the claim, compares, and ends by printing ``holds = True``, ``holds = False``
or, where it depends, ``holds = {'leaf': True, 'non-leaf': False}``. `verdict`
makes one word of that, here and in the recordings of older versions of torch.
"""

from __future__ import annotations

import ast
import functools
import posixpath
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import show, versions
from sitebuild.fences.fence import Fence
from sitebuild.pages.call import Call, Form
from sitebuild.project import Project, Run, Use
from sitebuild.view import View

VERDICTS = ("true", "condition", "changed", "false", "opinion")
TOPICS = (
    *("sharing", "gradient", "leaves", "devices", "numpy", "modes"),
    *("cost", "history"),  # time and memory; environments, versions, printed forms
)
Holds = Mapping[str, bool]  # by case; the one case of a plain bool is ""


@dataclass(frozen=True)
class Claim:
    """One claim, as the page of one language states it."""

    id: str  # "a24", the anchor
    text: str  # the heading, in Markdown
    snippet: str  # the name of the program that decides
    topics: tuple[str, ...]
    opinion: str  # why no program decides it, in the page's language, or ""
    page: str  # "fact-check/article-detach.md"
    explained: tuple[str, ...] = ()  # "clone.md#times-one", linked below the fence


def holds(output: str) -> Holds | None:
    """Return what the last line that a claim's program printed says, by case.

    None if that line is not ``holds = `` and a bool, or a dict of them.
    """
    name, _, text = (output.rstrip().rpartition("\n")[2]).partition(" = ")
    if name != "holds":
        return None
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    cases = value if isinstance(value, dict) else {"": value}
    sound = cases and all(
        isinstance(case, str) and isinstance(held, bool) for case, held in cases.items()
    )
    return cases if sound else None


def verdict(here: Holds, before: Iterable[Holds | None]) -> str:
    """Return the one word for what a claim's program found, by case.

    `here` is on the torch of this build, `before` on older versions; None where
    the program did not get as far as to decide.
    """
    if any(older is not None and dict(older) != dict(here) for older in before):
        return "changed"
    if all(here.values()):
        return "true"
    return "condition" if any(here.values()) else "false"


def of_use(use: Use) -> Claim:
    """Return the claim that a fence decides: the heading above it."""
    page, line = use.page, use.line
    above = [heading for heading in page.headings if heading.line < line]
    end = min((h.line for h in page.headings if h.line > line), default=10**6)
    folder = posixpath.dirname(page.slug)
    explained = [
        posixpath.normpath(posixpath.join(folder, link.target))
        for link in page.links
        if line < link.line < end and ".md" in link.target and "://" not in link.target
    ]
    return Claim(
        above[-1].id if above else "",
        above[-1].text if above else "",
        use.call.program,
        use.call.topics,
        use.call.prose,
        page.slug,
        tuple(dict.fromkeys(explained)),
    )


@functools.lru_cache(maxsize=8)  # of a project each language, and the one before
def of_language(project: Project, language: str) -> list[Claim]:
    """Return a language's claims, in the order of its pages."""
    return [
        of_use(use)
        for use in project.uses
        if use.call.function == "claim" and use.page.language == language
    ]


def found(run: Run, claim: Claim) -> Holds | None:
    """Return what the run of a claim's program found, by case."""
    output = run.output(claim.snippet)
    return None if output is None else holds(output)


@functools.lru_cache(maxsize=2)
def verdicts(run: Run) -> dict[str, str]:
    """Return the verdict on every claim by its id: of this run, and of recordings."""
    return {
        claim.id: _verdict(run, claim)
        for claim in of_language(run.project, next(iter(run.project.languages)))
    }


def _verdict(run: Run, claim: Claim) -> str:
    here = found(run, claim)
    if claim.opinion:
        return "opinion"
    if here is None:
        return "undecided"  # in a strict build a fault
    outputs = [
        recording.output(run.project.programs[claim.snippet])
        for recording in run.recordings
        if not recording.environment.cuda
        and recording.environment.version < run.environment.version
    ]
    return verdict(here, [holds(text) for text in outputs if text is not None])


def _check(use: Use, project: Project) -> Iterable[Fault]:
    yield from show.check(use, project)
    claim = of_use(use)
    if claim.snippet.rpartition("/")[2].partition("_")[0] != claim.id:
        yield use.fault("misnamed-claim", id=claim.id, snippet=claim.snippet)
    of_page = of_language(project, use.page.language)
    first = next(other.page for other in of_page if other.id == claim.id)
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
    word = verdicts(view.run)[claim.id]
    fence = versions.VERSIONS if word == "changed" else show.SHOW
    return view.render(
        "claim.html.jinja",
        claim=claim,
        verdict=word,
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
    explained = [
        claim
        for claim in _claims(view)
        if view.slug in {target.partition("#")[0] for target in claim.explained}
    ]
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
