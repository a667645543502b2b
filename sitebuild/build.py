"""Build the site: run what the pages show, render both languages, check, swap.

The folder `site` is replaced only when all of it is sound; until then the last
good one stays as it was.
"""

from __future__ import annotations

import datetime
import logging
import multiprocessing
import os
import posixpath
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sitebuild import (
    benchmark,
    chooser,
    claims,
    figures,
    matrix,
    notebook,
    pages,
    recordings,
    run,
)
from sitebuild.claims import Claim
from sitebuild.matrix import Operation, read_operations
from sitebuild.pages import Call
from sitebuild.render import Site, copy_snippets, describe, verdict
from sitebuild.run import Result, Runner
from sitebuild.snippets import Problem, Snippet, read_all

CONFIGS = {"ja": "mkdocs.yml", "en": "mkdocs.en.yml"}
NAMES = {"ja": "日本語", "en": "English"}
Wanted = dict[str, list[tuple[str, str, tuple[str, ...]]]]  # see `pages.wanted`


@dataclass
class Outline:
    """What the files say, before anything is run or rendered."""

    pages: dict[str, dict[str, pages.Page]]
    snippets: dict[str, Snippet]
    problems: list[Problem]
    operations: list[Operation] = field(default_factory=list)  # of the matrix
    claims: dict[str, list[Claim]] = field(default_factory=dict)  # by language

    def behind(self, call: Call) -> list[str]:
        """Return what the output of `call` depends on, in a few words each."""
        if call.function == "claims":
            return self.checked([c for of in self.claims.values() for c in of])
        if call.function in pages.PARTS:
            made = ("matrix/", "which-one/")
            probes = [s.digest for n, s in self.snippets.items() if n.startswith(made)]
            return [*probes, repr(self.operations)]
        snippet = self.snippets.get(call.snippet)
        return [snippet.digest] if snippet else []

    def checked(self, claims: list[Claim]) -> list[str]:
        """Return what the list of these claims and their verdicts depends on."""
        programs = {c.snippet for c in claims} & set(self.snippets)
        digests = [self.snippets[name].digest for name in sorted(programs)]
        return [*map(repr, claims), *digests]


def read(root: Path) -> Outline:
    """Read all pages and snippets below `root` and check what needs no run."""
    snippets, unreadable = read_all(root)
    outline = pages.read_pages(root)
    notebooks, broken = pages.notebook_snippets(root, outline)
    operations, unclear = read_operations(root)
    probes, unsound = matrix.probes(root, operations)
    examples = chooser.examples(operations)
    snippets = {**snippets, **notebooks, **probes, **examples}
    problems = [*unreadable, *broken, *unclear, *unsound, *chooser.check(operations)]
    found, misnamed = pages.read_claims(outline)
    return Outline(
        outline,
        snippets,
        problems + pages.check(outline, snippets) + misnamed,
        operations,
        found,
    )


def judge(
    snippets: dict[str, Snippet], results: dict[str, Result], strict: bool
) -> tuple[dict[str, Result], list[Problem]]:
    """Part the results of snippets that ended as they announce from the others.

    If not `strict`, how Python saw a snippet end is sound, whatever it
    announces: on another torch that is what the pages are to show.

    Returns the sound results, and a problem for each of the others.
    """
    sound, problems = {}, []
    for name, result in results.items():
        problem = run.problem(snippets[name], result)
        if problem and not strict and result.ended in ("end", "exception"):
            print(f"note: {problem}", file=sys.stderr)
            sound[name] = result
        elif problem:
            problems.append(problem)
        else:
            sound[name] = result
    return sound, problems


def check_figures(outline: Outline, results: dict[str, Result]) -> list[Problem]:
    """Return the figures that could not be had from sound runs."""
    problems = []
    for by_slug in outline.pages.values():
        for page in by_slug.values():
            for line, call in page.calls:
                result = results.get(call.snippet)
                if result is None:
                    continue  # what failed in the run is reported
                for figure, section, names in pages.requests(call, outline.snippets):
                    kind = figure.kind
                    found = result.figures.get(
                        figures.key(kind, section, list(names)),
                        {
                            "error": f"the program ends before section {section!r}",
                            "advice": "draw a section before the exception",
                        },
                    )
                    keys = found.get("keys", [])
                    if keys and len(keys) != figure.columns:
                        found = {
                            "error": f"{figure.columns} titles for the "
                            f"{len(keys)} keys of {names[0]}",
                            "advice": f"write a title for each of: {', '.join(keys)}",
                        }
                    if "error" in found:
                        where = f" (section {section!r})" if section else ""
                        problems.append(
                            Problem(
                                page.path,
                                line,
                                f"{kind} of {call.snippet}{where}: {found['error']}",
                                found["advice"],
                            )
                        )
    return problems


def check_claims(outline: Outline, results: dict[str, Result]) -> list[Problem]:
    """Return the claims whose programs ran well and yet decided nothing."""
    problems = []
    for of in outline.claims.values():
        for claim in of:
            result = results.get(claim.snippet)
            if result is None:
                continue  # what failed in the run is reported
            decided = claims.holds(result.output) is not None
            if decided == bool(claim.opinion):
                what = "both a verdict and an opinion" if decided else "no verdict"
                problems.append(
                    Problem(
                        claim.path,
                        claim.line,
                        f"the claim {claim.id!r} has {what}",
                        f'end {claim.snippet}.py with `print(f"{{holds = }}")`, a '
                        "bool or a dict of them by case; if no program can decide, "
                        'give the reason instead: `claim(..., opinion="...")`',
                    )
                )
    return problems


def runnable(snippets: dict[str, Snippet], cuda: bool) -> list[Snippet]:
    """Return what can be run here; benchmarks are measured, apart from these."""
    return [
        snippet
        for snippet in snippets.values()
        if not snippet.is_benchmark and (cuda or not snippet.needs_cuda)
    ]


def stamp(
    environment: dict[str, object], root: Path, language: str
) -> dict[str, object]:
    """Return the facts that every page shows about the run it comes from."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    today = (
        datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        if epoch
        else datetime.datetime.now(datetime.timezone.utc)
    )
    commit = ""
    if shutil.which("git"):
        command = ["git", "-C", str(root), "describe", "--always", "--dirty"]
        git = subprocess.run([*command, "--exclude=*"], capture_output=True, text=True)
        commit = git.stdout.strip()
    japanese = language == "ja"
    return {
        "label": "実行環境" if japanese else "Environment of the run",
        "lead": (
            "このページの出力は、次の環境でコードを実行した結果です。"
            if japanese
            else "The outputs on this page come from running the code here:"
        ),
        "facts": [
            ("torch", environment["torch"]),
            ("Python", environment["python"]),
            ("NumPy", environment["numpy"]),
            ("デバイス" if japanese else "device", environment["device"]),
            ("OS" if japanese else "platform", environment["platform"]),
            ("日付" if japanese else "date", today.date().isoformat()),
            ("コミット" if japanese else "commit", commit or "-"),
        ],
    }


class _Warnings(logging.Handler):
    """Collects what MkDocs warns of; in a strict build each is a problem."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message not in self.messages:
            self.messages.append(message)


def render(
    site: Site,
    root: Path,
    language: str,
    to: Path,
    notebooks: Path,
    titles: dict[str, str] | None = None,
) -> list[str]:
    """Render one language into folder `to`; return MkDocs' warnings.

    Everything that this needs of a run is in `site` by now. With `titles`, of
    all pages by their source, only pages that `to` lacks are rendered.
    """
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, MkDocsException

    from sitebuild import adapter

    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    handler = _Warnings()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(handler)
    site_url = os.environ.get("SITE_URL", "")
    if site_url and not site_url.endswith("/"):
        site_url += "/"
    prefix = "" if language == pages.LANGUAGES[0] else f"{language}/"
    try:
        config = load_config(
            str(root / CONFIGS[language]),
            site_dir=str(to),
            site_url=site_url + prefix if site_url else "",
            repo_url=site.repo_url or None,
        )
        config.extra.update(
            stamp=stamp(site.environment, root, language),
            site_root=site_url,
            to_root="../" if prefix else "",
            languages=[
                {
                    "lang": other,
                    "name": NAMES[other],
                    "root": "" if other == pages.LANGUAGES[0] else f"{other}/",
                }
                for other in pages.LANGUAGES
            ],
        )
        adapter.BUILD.site, adapter.BUILD.language = site, language
        adapter.BUILD.titles = titles or {}
        adapter.BUILD.notebooks = {
            file.relative_to(notebooks / language).as_posix(): file
            for file in (notebooks / language).rglob("*.ipynb")
        }
        config.plugins.on_startup(command="build", dirty=bool(titles))
        mkdocs_build(config, dirty=bool(titles))
    except (Abort, MkDocsException) as error:
        handler.messages.append(str(error))
    finally:
        logger.removeHandler(handler)
    for slug, file in adapter.BUILD.notebooks.items():
        target = to / slug.removesuffix(".ipynb") / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    for unneeded in [*to.rglob("*.map"), *to.glob("sitemap.xml.gz")]:
        # Maps are for the theme's makers, gz holds a time; of two languages side
        # by side either may be first.
        unneeded.unlink(missing_ok=True)
    if not site_url:
        (to / "sitemap.xml").unlink(missing_ok=True)  # it would be empty
    folder = f"docs/{language}"
    return [
        re.sub(r"^Doc file '([^']+)'", rf"{folder}/\1: this page", message).replace(
            "the target is not found among documentation files", "no such page exists"
        )
        for message in handler.messages
        if not message.startswith("A 'dirty' build is being performed")
    ]


_CALLS: list[tuple[Any, ...]] = []  # the arguments of `render`, a call for a process


def _render_one(number: int) -> list[str]:
    return render(*_CALLS[number])


def _render_all(
    site: Site,
    root: Path,
    to: Path,
    notebooks: Path,
    titles: dict[str, dict[str, str]] | None = None,
) -> list[str]:
    """Render the languages, side by side where processes can be forked.

    With `titles`, only the languages in them (see `render`).
    """
    folders = {
        language: to if language == pages.LANGUAGES[0] else to / language
        for language in pages.LANGUAGES
    }
    # MkDocs empties the folder of a whole build, so none may lie in another.
    apart = {
        language: to.with_name(f"{to.name}.{language}") if titles is None else folder
        for language, folder in folders.items()
    }
    calls = [
        (site, root, language, folder, notebooks, titles[language] if titles else None)
        for language, folder in apart.items()
        if titles is None or language in titles
    ]
    if run.FORK and calls:
        _import_mkdocs()
        # Handed over by forking: pickled, all results would take their time.
        _CALLS[:] = calls
        # The pool ends its workers by a signal that we answer otherwise: `main`.
        default = (signal.SIGTERM, signal.SIG_DFL)
        with multiprocessing.get_context("fork").Pool(
            len(calls), signal.signal, default
        ) as pool:
            lists = pool.map(_render_one, range(len(calls)))
    else:
        lists = [render(*call) for call in calls]
    if titles is None:
        for language, folder in folders.items():
            if apart[language].exists():
                shutil.copytree(apart[language], folder, dirs_exist_ok=True)
                shutil.rmtree(apart[language])
    return [message for messages in lists for message in messages]


_TAG = re.compile(r"<(?:a|link|img|script|iframe|source)\s[^>]*>")
_ATTRIBUTE = re.compile(r'\s(href|src)="?([^"\s>]+)')
_ANCHOR = re.compile(r'\sid="?([^"\s>]+)')


def check_site(folder: Path) -> list[str]:
    """Return every dead link, dead anchor and outside resource of a built site."""
    files = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file()
    }
    texts = {
        name: (folder / name).read_text(encoding="utf-8")
        for name in sorted(files)
        if name.endswith(".html")
    }
    anchors = {name: set(_ANCHOR.findall(text)) for name, text in texts.items()}
    messages = []
    for where, text in texts.items():
        for tag in _TAG.findall(text):
            for attribute, address in _ATTRIBUTE.findall(tag):
                outside = re.match(r"(?:[a-z]+:|//)", address)
                if outside:
                    loads = not tag.startswith("<a") and not re.search(
                        r'rel="?(canonical|alternate)', tag
                    )
                    if loads and not address.startswith("data:"):
                        messages.append(f"{where}: loads from outside: {address}")
                    continue
                path, _, fragment = address.partition("#")
                if where.endswith("404.html") and (path.startswith("/") or not path):
                    continue  # its addresses are absolute: it serves any path
                target = where
                if path:
                    target = posixpath.normpath(
                        posixpath.join(posixpath.dirname(where), path)
                    )
                if target not in files:
                    target = posixpath.normpath(f"{target}/index.html")
                if target not in files:
                    messages.append(f"{where}: {attribute} leads nowhere: {address}")
                elif (
                    fragment
                    and target in anchors
                    and fragment not in anchors[target]
                    and not fragment.startswith("__")
                ):
                    messages.append(f"{where}: there is no anchor: {address}")
    return messages


def assemble(
    root: Path,
    outline: Outline,
    environment: dict[str, Any],
    results_of: Callable[[list[Snippet], Wanted], dict[str, Result]],
    to: Path,
    *,
    measure: bool = False,
    strict: bool = True,
    again: Collection[str] | None = None,
) -> bool:
    """Run, measure, render and check; report what is wrong.

    Args:
        root: The repository.
        outline: What its files say.
        environment: Where snippets run.
        results_of: Runs the snippets it is given, and takes down the figures.
        to: A new folder for the site; the languages' own folders and the
            executed notebooks are beside it for a while.
        measure: Whether to measure the benchmarks anew; if not, the last
            measurement is shown, or none.
        strict: Whether a snippet has to end as it announces.
        again: The pages to render, if `to` holds the rest of the site.

    Returns:
        Whether the site in `to` is sound.
    """
    begun = time.perf_counter()
    results, failed = judge(
        outline.snippets,
        results_of(
            runnable(outline.snippets, environment["cuda"]),
            pages.wanted(outline.pages, outline.snippets),
        ),
        strict,
    )
    problems = outline.problems + failed
    if strict:  # what another torch cannot draw or decide is left out
        problems += check_figures(outline, results) + check_claims(outline, results)
    ran = time.perf_counter()
    site = Site(
        outline.snippets,
        results,
        recordings.read_recordings(root),
        environment,
        repo_url=os.environ.get("REPO_URL", "").rstrip("/"),
        claims=outline.claims,
        titles={
            language: {slug: page.title for slug, page in by_slug.items()}
            for language, by_slug in outline.pages.items()
        },
    )
    for claim in site.claims[pages.LANGUAGES[0]]:
        site.verdicts[claim.id] = verdict(site, claim)
    table, failed = tabulate(outline, site)
    site.matrix = table
    problems += failed
    benchmarks = [s for s in outline.snippets.values() if s.is_benchmark]
    # Minutes of measuring are for nothing if the site cannot be built.
    site.benchmarks, failed = benchmark.measurements(
        root, benchmarks, measure and not problems
    )
    problems += failed
    measured = time.perf_counter()
    notebooks = to.with_name(f"{to.name}.notebooks")
    for language, by_slug in outline.pages.items():
        for slug, page in by_slug.items():
            if slug.endswith(".ipynb"):
                result = results.get("notebooks/" + slug.removesuffix(".ipynb"))
                notebook.execute(root / page.path, result, notebooks / language / slug)
    titles = None
    edited = {call for page, call in _calls(outline) if again is None or page in again}
    if again is not None:
        titles = {}
        for language, by_slug in outline.pages.items():
            for slug, page in by_slug.items():
                if page.path in again:
                    titles[language] = site.titles[language]
                    _built(to, language, slug).unlink(missing_ok=True)
    messages = _render_all(site, root, to, notebooks, titles)
    shutil.rmtree(notebooks, ignore_errors=True)
    copy_snippets(site, to, {call.snippet for call in edited})
    if any(call.function in pages.PARTS for call in edited):
        matrix.publish(table, outline.snippets, to)
    if not messages and not problems:
        messages = [_sourced(found, root, outline) for found in check_site(to)]
    if problems or messages:
        report(problems, messages, outline)
        return False
    print(
        f"{len(results)} snippets run in {ran - begun:.1f} s, "
        f"{sum(map(len, outline.pages.values()))} pages rendered in "
        f"{time.perf_counter() - measured:.1f} s"
    )
    return True


def _calls(outline: Outline) -> Iterator[tuple[str, Call]]:
    """Give every call with the path of its page."""
    for by_slug in outline.pages.values():
        for page in by_slug.values():
            for _, call in page.calls:
                yield page.path, call


def tabulate(outline: Outline, site: Site) -> tuple[matrix.Matrix, list[Problem]]:
    """Make the behaviour matrix of the probes' results and of recordings."""

    def printed(name: str) -> str | None:
        result = site.results.get(name)
        return result.output if result and result.ended == "end" else None

    recorded = [r for r in site.recordings if r.environment["cuda"]]
    if site.environment["cuda"] or not recorded:
        where = "torch {torch}, Python {python}, {device}".format(**site.environment)
        return matrix.make(
            outline.operations, printed, site.environment, printed, where
        )
    latest = recorded[-1]

    def on_cuda(name: str) -> str | None:
        outputs = latest.outputs(outline.snippets[name])
        return outputs[""] if outputs else None

    return matrix.make(
        outline.operations,
        printed,
        site.environment,
        on_cuda,
        describe(latest.environment),
    )


def _built(site: Path, language: str, slug: str) -> Path:
    """Return the file in which a page lies in a built site."""
    folder = site if language == pages.LANGUAGES[0] else site / language
    return folder / pages.address(slug) / "index.html"


def build(root: Path, to: Path, *, measure: bool, strict: bool) -> int:
    """Build both languages into `to`; return an exit status.

    `to` is replaced when the new site is sound, and untouched until then.
    """
    outline = read(root)
    to.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{to.name}-", dir=to.parent))
    try:
        with Runner() as runner:
            _import_mkdocs()  # while the zygote imports torch
            sound = assemble(
                root,
                outline,
                runner.environment(),
                lambda snippets, wanted: dict(runner.run(snippets, figures=wanted)),
                temporary / "site",
                measure=measure,
                strict=strict,
            )
        if not sound:
            print("The last good site is untouched.", file=sys.stderr)
            return 1
        if to.exists():
            to.rename(temporary / "old")
        (temporary / "site").rename(to)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return 0


def _import_mkdocs() -> None:
    """Import what rendering needs, once, before the languages' processes fork."""
    import mkdocs_jupyter.plugin  # noqa: F401


def report(problems: list[Problem], messages: list[str], outline: Outline) -> None:
    """Print all that is wrong, each with its place and what to do."""
    places = {
        outline.snippets[name].path: shown
        for name, shown in pages.shown_on(outline.pages).items()
        if name in outline.snippets
    }
    lines = []
    for problem in sorted(set(problems)):
        lines.append(str(problem))
        if problem.path in places:
            lines.append(f"    shown on {', '.join(places[problem.path])}")
    lines += [_located(message, outline) for message in messages]
    count = len(set(problems)) + len(messages)
    print("\n".join(lines), file=sys.stderr)
    print(f"\n{count} problem{'s' * (count != 1)}.", file=sys.stderr)


def _located(message: str, outline: Outline) -> str:
    """Begin a message of MkDocs about a link with its file and line."""
    found = re.match(r"(docs/\S+): .* contains a link '([^']+)'", message)
    if not found:
        return message
    for by_slug in outline.pages.values():
        for page in by_slug.values():
            if page.path == found[1]:
                for line, target in page.links:
                    if target == found[2]:
                        return message.replace(found[1], f"{page.path}:{line}", 1)
    return message


def _sourced(message: str, root: Path, outline: Outline) -> str:
    """Begin a message of `check_site` with the file and line it comes from."""
    where, _, what = message.partition(": ")
    address = re.escape(what.rpartition(": ")[2])
    written = re.compile(rf"""["'=]{address}["'\s>]""")
    for language, by_slug in outline.pages.items():
        for slug, page in by_slug.items():
            if _built(Path(), language, slug) == Path(where):
                lines = (root / page.path).read_text(encoding="utf-8").splitlines()
                found = (n for n, text in enumerate(lines, 1) if written.search(text))
                return f"{page.path}:{next(found, 1)}: {what}"
    return message


def check(root: Path) -> int:
    """Check pages and run snippets, without rendering; return an exit status."""
    outline = read(root)
    with Runner() as runner:
        cuda = runner.environment()["cuda"]
        ran = dict(
            runner.run(
                runnable(outline.snippets, cuda),
                figures=pages.wanted(outline.pages, outline.snippets),
            )
        )
    results, failed = judge(outline.snippets, ran, strict=True)
    _, unsound = matrix.make(
        outline.operations,
        lambda name: results[name].output if name in results else None,
        {},
    )
    problems = outline.problems + failed + unsound
    problems += check_figures(outline, results) + check_claims(outline, results)
    if problems:
        report(problems, [], outline)
        return 1
    print(f"{len(results)} snippets run, all as they announce")
    return 0
