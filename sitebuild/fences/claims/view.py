"""Put claims on pages: each with its verdict, all in a list, and where explained."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping

from sitebuild.fences.claims.claim import TOPICS, VERDICTS, Claim, Holds
from sitebuild.pages.outline import address

WORDS = {
    "ja": {
        "verdict": "判定",
        "claim": "主張",
        "source": "出典",
        "topic": "話題",
        "sum": "合計",
        "all": "すべて",
        "shown": "件",
        "search": "主張の文",
        "nothing": "該当する主張はありません。",
        "run": "判定したプログラムと出力",
        "why": "判定できない理由",
        "holds": "成り立つ",
        "fails": "成り立たない",
        "colon": "：",
        "about": "このページで説明している主張の検証",
        "counts": "判定ごとの主張の数",
        "list": "すべての主張と判定",
    },
    "en": {
        "verdict": "Verdict",
        "claim": "Claim",
        "source": "Source",
        "topic": "Topic",
        "sum": "All",
        "all": "all",
        "shown": "claims",
        "search": "Words of the claim",
        "nothing": "There is no such claim.",
        "run": "The program that decides, and its output",
        "why": "Why no run decides it",
        "holds": "holds",
        "fails": "does not hold",
        "colon": ": ",
        "about": "Claims that this page explains, checked",
        "counts": "Number of claims with each verdict",
        "list": "All claims and their verdicts",
    },
}
VERDICT_WORDS = {
    "ja": {
        "true": "正しい",
        "condition": "条件つきで正しい",
        "changed": "バージョンで変わった",
        "false": "誤り",
        "opinion": "意見",
        "undecided": "この環境では判定できない",
    },
    "en": {
        "true": "True",
        "condition": "True under a condition",
        "changed": "Changed between versions",
        "false": "False",
        "opinion": "Opinion",
        "undecided": "Not decided here",
    },
}
MARKS = {
    "true": "✓",
    "condition": "±",
    "changed": "↻",
    "false": "✗",
    "opinion": "–",
    "undecided": "?",  # on another torch only: the strict build refuses it
}
TOPIC_WORDS = {
    "ja": {
        "sharing": "メモリの共有",
        "gradient": "勾配",
        "leaves": "計算グラフとリーフ",
        "devices": "デバイス",
        "numpy": "NumPy",
        "modes": "勾配モード",
        "cost": "時間とメモリ",
        "history": "環境と表示",
    },
    "en": {
        "sharing": "shared memory",
        "gradient": "gradients",
        "leaves": "graph and leaves",
        "devices": "devices",
        "numpy": "NumPy",
        "modes": "gradient modes",
        "cost": "time and memory",
        "history": "environments and printed forms",
    },
}


def badge(verdict: str, language: str) -> str:
    """Return a verdict as a word with a mark."""
    return (
        f'<span class="verdict verdict-{verdict}">'
        f'<span aria-hidden="true">{MARKS[verdict]} </span>'
        f"{VERDICT_WORDS[language][verdict]}</span>"
    )


def inline(markdown: str) -> str:
    """Return a heading's text as HTML: plain words and code."""
    return re.sub(
        r"(`+) ?(.+?) ?\1", r"<code>\2</code>", html.escape(markdown, quote=False)
    )


def render(
    claim: Claim, verdict: str, holds: Holds | None, run: str, language: str
) -> str:
    """Return the HTML below a claim's heading.

    Args:
        claim: The claim.
        verdict: On it, one of `VERDICTS`.
        holds: What the run found, by case.
        run: The HTML of the program and of what it printed.
        language: "ja" or "en".
    """
    words = WORDS[language]
    cases = ""
    if claim.opinion:
        cases = f"<p>{words['why']}{words['colon']}{inline(claim.opinion)}</p>"
    elif holds and len(holds) > 1:
        cases = "".join(
            f"<li><code>{html.escape(case)}</code>{words['colon']}"
            f"{words['holds' if held else 'fails']}</li>"
            for case, held in holds.items()
        )
        cases = f'<ul class="claim-cases">{cases}</ul>'
    return (
        f'<div class="claim"><p><b>{claim.id.upper()}</b> {words["verdict"]}{words["colon"]}'
        f"{badge(verdict, language)}</p>{cases}"
        f"<details data-search-exclude><summary>{words['run']}</summary>{run}</details></div>"
    )


def counts(
    claims: list[Claim],
    verdicts: Mapping[str, str],
    titles: Mapping[str, str],
    language: str,
    pages: str,
) -> str:
    """Return a table: how many claims of each page got each verdict.

    Args:
        claims: In the order of the pages.
        verdicts: Of each claim, by its id.
        titles: Of the pages, by slug.
        language: "ja" or "en".
        pages: The way from the page's address to the root of the language.
    """
    words = WORDS[language]
    sources = list(dict.fromkeys(claim.page for claim in claims))
    heads = "".join(
        f'<th scope="col"><a href="{pages}{address(slug)}">'
        f"{html.escape(titles[slug])}</a></th>"
        for slug in sources
    )
    of = Counter((verdicts[claim.id], claim.page) for claim in claims)
    undecided = [v for v in dict.fromkeys(verdicts.values()) if v not in VERDICTS]
    rows = ""
    for verdict in [*VERDICTS, *undecided, ""]:
        name = badge(verdict, language) if verdict else words["sum"]
        numbers = [
            sum(n for (v, s), n in of.items() if v == (verdict or v) and s == slug)
            for slug in sources
        ]
        cells = "".join(f"<td>{number}</td>" for number in [*numbers, sum(numbers)])
        rows += f'<tr><th scope="row">{name}</th>{cells}</tr>'
    return (
        f'<div class="claims-table" tabindex="0" role="region"'
        f' aria-label="{words["counts"]}"><table class="claims-counts">'
        f'<thead><tr><th scope="col">{words["verdict"]}</th>{heads}'
        f'<th scope="col">{words["sum"]}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def listing(
    claims: list[Claim],
    verdicts: Mapping[str, str],
    titles: Mapping[str, str],
    language: str,
    pages: str,
    root: str,
) -> str:
    """Return all claims as a table, with a form that filters it by script.

    The arguments are those of `counts`, and `root`, the way from the page's
    address to the root of the site.
    """
    words = WORDS[language]

    def options(names: Mapping[str, str], used: set[str]) -> str:
        return f'<option value="">{words["all"]}</option>' + "".join(
            f'<option value="{key}">{html.escape(name)}</option>'
            for key, name in names.items()
            if key in used
        )

    topics = {t: TOPIC_WORDS[language][t] for t in TOPICS}
    form = (
        f'<form class="claims-filter" hidden data-shown="{words["shown"]}"'
        f' data-none="{words["nothing"]}" data-search-exclude>'
        f'<label>{words["verdict"]} <select name="verdict">'
        f"{options(VERDICT_WORDS[language], set(verdicts.values()))}</select></label>"
        f'<label>{words["topic"]} <select name="topic">'
        f"{options(topics, {t for c in claims for t in c.topics})}</select></label>"
        f'<label>{words["source"]} <select name="source">'
        f"{options(titles, {c.page for c in claims})}</select></label>"
        f'<label>{words["search"]} <input type="search" name="text"></label>'
        '<output name="count" aria-live="polite"></output></form>'
    )
    rows = "".join(
        f'<tr data-verdict="{verdicts[c.id]}" data-topic="{" ".join(c.topics)}"'
        f' data-source="{c.page}"><th scope="row">{_link(c, pages)}</th>'
        f"<td>{inline(c.text)}</td><td>{badge(verdicts[c.id], language)}</td></tr>"
        for c in claims
    )
    return (
        f'{form}<div class="claims-table" data-search-exclude>'
        f'<table class="claims-list"><caption>{words["list"]}</caption>'
        f'<thead><tr><th scope="col">ID</th><th scope="col">{words["claim"]}</th>'
        f'<th scope="col">{words["verdict"]}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        f'<script defer src="{root}assets/claims.js"></script>'
    )


def about(
    slug: str,
    claims: list[Claim],
    verdicts: Mapping[str, str],
    language: str,
    pages: str,
) -> str:
    """Return the claims that page `slug` explains, to stand at its end, or ""."""
    found = [claim for claim in claims if claim.is_explained_on(slug)]
    if not found:
        return ""
    words = WORDS[language]
    items = "".join(
        f"<li>{_link(c, pages)} {inline(c.text)} {badge(verdicts[c.id], language)}</li>"
        for c in found
    )
    return (
        '<details class="claims-about" data-search-exclude>'
        f"<summary>{words['about']} <small>({len(found)})</small></summary>"
        f"<ul>{items}</ul></details>"
    )


def _link(claim: Claim, pages: str) -> str:
    return f'<a href="{pages}{address(claim.page)}#{claim.id}">{claim.id.upper()}</a>'
