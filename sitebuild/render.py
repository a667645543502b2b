"""Turn results into the HTML of a page; nothing here knows MkDocs."""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pygments import highlight as _pygments
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from sitebuild import benchmark, chooser_page, claims, claims_page, figure, matrix_page
from sitebuild.claims import Claim, Holds
from sitebuild.matrix import OPERATIONS, TEMPLATE, Matrix
from sitebuild.pages import LANGUAGES, VALUES, Call
from sitebuild.recordings import Recording, name, version
from sitebuild.run import Result
from sitebuild.snippets import Snippet

WORDS = {
    "ja": {
        "output": "出力",
        "recorded": "出力（記録）",
        "not recorded": (
            "この例には CUDA が必要です。"
            "この内容を CUDA のある環境で実行した記録は、まだありません。"
        ),
        "failed": "この例の実行に失敗しました。",
        "copy": "コピー",
        "copied": "コピーしました",
        "download": "ダウンロード",
        "edit": "編集",
        "version": "PyTorch",
        "this build": "このページ",
        "not run": "この内容での記録なし",
        "nothing": "（出力なし）",
        "program": "この表や図を作ったプログラム",
    },
    "en": {
        "output": "Output",
        "recorded": "Output (recorded)",
        "not recorded": (
            "This example needs CUDA. "
            "No run of it in its present form has been recorded yet."
        ),
        "failed": "Running this example failed.",
        "copy": "Copy",
        "copied": "Copied",
        "download": "Download",
        "edit": "Edit",
        "version": "PyTorch",
        "this build": "this page",
        "not run": "not recorded in this form",
        "nothing": "(no output)",
        "program": "The program that made this",
    },
}


@dataclass
class Site:
    """All that the pages of one build show, in every language."""

    snippets: dict[str, Snippet]
    results: dict[str, Result]
    recordings: list[Recording]
    environment: dict[str, Any]
    stamp: dict[str, str] = field(default_factory=dict)
    repo_url: str = ""
    benchmarks: dict[str, benchmark.Measurement] = field(default_factory=dict)
    matrix: Matrix | None = None
    claims: dict[str, list[Claim]] = field(default_factory=dict)  # by language
    titles: dict[str, dict[str, str]] = field(default_factory=dict)  # of pages

    verdicts: dict[str, str] = field(default_factory=dict)  # on claims, by id


def holds(site: Site, claim: Claim) -> Holds | None:
    """Return what the run of a claim's program found, by case."""
    result = site.results.get(claim.snippet)
    return claims.holds(result.output) if result else None


def verdict(site: Site, claim: Claim) -> str:
    """Return the verdict on a claim: of this run, and of older versions' recordings."""
    here = holds(site, claim)
    if claim.opinion:
        return "opinion"
    if here is None:
        return "undecided"  # in a strict build reported by `build.check_claims`
    outputs = [
        recording.outputs(site.snippets[claim.snippet])
        for recording in site.recordings
        if not recording.environment["cuda"]
        and version(recording.environment) < version(site.environment)
    ]
    before = [claims.holds("".join(o.values())) for o in outputs if o is not None]
    return claims.verdict(here, before)


def fence(site: Site, call: Call, language: str, root: str, number: int = 0) -> str:
    """Return the HTML that a page shows in the place of `call`.

    Args:
        site: The results.
        call: What the fence asks for; `pages.check` has found it sound, else
            the place stays empty.
        language: "ja" or "en".
        root: The way from the page's address to the root of the site, "../".
        number: Of the fence on its page; makes the ids of its figures unique.
    """
    if call.function == "matrix" and site.matrix:
        return matrix_page.render(site.matrix, call.snippet, language, root)
    if call.function == "chooser" and site.matrix and site.matrix.operations:
        return chooser_page.render(
            site.matrix,
            call.snippet,
            language,
            root,
            lambda name: fence(site, Call("show", name), language, root),
        )
    if call.function == "claims" and site.claims:
        of, verdicts = site.claims[language], site.verdicts
        titles, pages = site.titles[language], _pages(root, language)
        if call.snippet == "counts":
            return claims_page.counts(of, verdicts, titles, language, pages)
        return claims_page.listing(of, verdicts, titles, language, pages, root)
    snippet = site.snippets.get(call.snippet)
    if snippet is None:
        return ""
    if call.function == "claim":
        return _claim(site, call, language, root)
    try:
        section = snippet.section(call.section) if call.section else None
    except KeyError:
        return ""
    words = WORDS[language]
    first, last = (section.first + 1, section.last) if section else (1, 10**6)
    code = snippet.lines(first, last)
    program = snippet.lines(1, last) + "\n"
    if call.function == "versions":
        below = _versions(site, snippet, words)
    elif call.function == "benchmark":
        below = benchmark.render(site.benchmarks.get(snippet.name), language)
    else:
        below = _result(site, snippet, call.section, words)
        if call.figures and snippet.name in site.results:
            drawn = site.results[snippet.name].figures
            below += figure.render(call, snippet, drawn, language, number)
    file = f"{root}{snippet.path}"
    title = re.sub(r"([/_])", r"\1<wbr>", snippet.name)  # where a phone may break it
    links = (
        f'<a class="snippet-file" href="{file}">{title}.py</a>'
        f'<a href="{file}" download aria-label="{words["download"]}: {snippet.name}.py">'
        f"{words['download']}</a>"
    )
    if site.repo_url:
        generated = {"matrix": TEMPLATE, "which-one": OPERATIONS}
        written = generated.get(snippet.path.partition("/")[0], snippet.path)
        edit = html.escape(f"{site.repo_url}/edit/main/{written}")
        links += f'<a href="{edit}">{words["edit"]}</a>'
    shown = highlight(code) + below
    if any(asked.kind in VALUES for asked in call.figures):
        # Readers come for the values; the program is there for who asks how.
        shown = (
            f'{below}<details class="snippet-program"><summary>{words["program"]}'
            f"</summary>{highlight(code)}</details>"
        )
    return f'<div class="snippet">{bar(links, program, words)}{shown}</div>'


def about(site: Site, slug: str, language: str, root: str) -> str:
    """Return the HTML that stands at the end of a page: the claims it explains."""
    if not site.claims:
        return ""
    pages = _pages(root, language)
    return claims_page.about(
        slug, site.claims[language], site.verdicts, language, pages
    )


def _pages(root: str, language: str) -> str:
    """Return the way to the root of a language, from that to the site's."""
    return root if language == LANGUAGES[0] else f"{root}{language}/"


def _claim(site: Site, call: Call, language: str, root: str) -> str:
    claim = next(c for c in site.claims[language] if c.snippet == call.snippet)
    word = site.verdicts[claim.id]
    shows = "versions" if word == "changed" else "show"
    run = fence(site, Call(shows, call.snippet), language, root)
    return claims_page.render(claim, word, holds(site, claim), run, language)


def bar(links: str, program: str, words: dict[str, str]) -> str:
    """Return the line above a program: `links`, and a button that copies it.

    The button gives the program from its first line to the end of what is
    shown, so that what is pasted runs. It shows itself by script.
    """
    return (
        f'<div class="snippet-bar" data-search-exclude>{links}'
        '<button type="button" class="snippet-copy" hidden'
        f' data-copy="{html.escape(program)}" data-copied="{words["copied"]}">'
        f"{words['copy']}</button></div>"
    )


@functools.cache
def highlight(code: str) -> str:
    """Return `code` as highlighted HTML; a program is in it once per build."""
    marked = _pygments(code, PythonLexer(), HtmlFormatter(nowrap=True))
    return (
        '<div class="highlight" tabindex="0"><pre>'
        f'<code class="language-python">{marked.rstrip()}</code></pre></div>'
    )


def output(text: str, label: str, raised: bool = False) -> str:
    """Return what a program printed, as HTML, under `label`."""
    if not text.strip():
        return ""
    return (
        f'<div class="snippet-output{" snippet-raised" if raised else ""}">'
        f'<p class="snippet-label">{label}</p>'
        f"<pre><samp>{html.escape(text.rstrip(), quote=False)}</samp></pre></div>"
    )


def describe(environment: dict[str, Any]) -> str:
    """Name an environment in a few words, the same in every language."""
    facts = [
        f"torch {environment['torch']}",
        f"Python {environment['python']}",
        environment["device"],
        environment.get("date", ""),  # of a recording
    ]
    return ", ".join(fact for fact in facts if fact)


def _result(site: Site, snippet: Snippet, section: str, words: dict[str, str]) -> str:
    raised = snippet.raises is not None and (
        not section or snippet.section(section).last >= snippet.raises[1]
    )
    if snippet.needs_cuda and not site.environment["cuda"]:
        for recording in reversed(site.recordings):
            outputs = recording.outputs(snippet)
            if outputs is not None:
                text = outputs[section] if section else "".join(outputs.values())
                where = html.escape(describe(recording.environment))
                return output(
                    text, f"{words['recorded']} <small>{where}</small>", raised
                )
        return f'<p class="snippet-note">{words["not recorded"]}</p>'
    result = site.results.get(snippet.name)
    if result is None:
        return f'<p class="snippet-note">{words["failed"]}</p>'
    text = result.outputs[section] if section else result.output
    return output(text, words["output"], raised)


def _versions(site: Site, snippet: Snippet, words: dict[str, str]) -> str:
    """Return a table of what `snippet` printed, by version, oldest first.

    This build's own run stands among the recordings of other versions;
    neighbours that printed the same share a row.
    """
    here = name(site.environment)
    result = site.results.get(snippet.name)
    runs = [
        (
            version(site.environment),
            f"<small>{words['this build']}</small>",
            describe(site.environment),
            result.output if result else None,
        )
    ]
    for recording in site.recordings:
        if recording.name != here and not recording.environment["cuda"]:
            outputs = recording.outputs(snippet)
            runs.append(
                (
                    version(recording.environment),
                    "",
                    describe(recording.environment),
                    None if outputs is None else "".join(outputs.values()),
                )
            )
    body = ""
    for text, group in itertools.groupby(sorted(runs), key=lambda run: run[3]):
        labels = "<br>".join(
            f'<abbr title="{html.escape(title)}">'
            f"{'.'.join(map(str, numbers))}</abbr>{note}"
            for numbers, note, title, _ in group
        )
        if text is None:
            cell = f"<em>{words['not run']}</em>"
        elif text.strip():
            escaped = html.escape(text.rstrip(), quote=False)
            cell = f"<pre><samp>{escaped}</samp></pre>"
        else:
            cell = words["nothing"]
        body += f'<tr><th scope="row">{labels}</th><td>{cell}</td></tr>'
    return (
        '<div class="snippet-versions" tabindex="0"><table class="versions">'
        f'<thead><tr><th scope="col">{words["version"]}</th>'
        f'<th scope="col">{words["output"]}</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def copy_snippets(site: Site, to: Path, names: Collection[str]) -> None:
    """Put the files of the snippets `names` on the site, to view and download.

    The chooser's programs, which are generated, are always among them.
    """
    for snippet in site.snippets.values():
        chosen = snippet.path.startswith("snippets/") and snippet.name in names
        if chosen or snippet.path.startswith("which-one/"):
            target = to / snippet.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # it may be linked to the last site
            target.write_text(snippet.source, encoding="utf-8", newline="")
