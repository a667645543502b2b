"""Measure the build against its limit and print ratios: `nox -s speed`.

The limit of a cold build is what cannot be left out: import torch once, run
every snippet once (here in one process, without isolation), and let MkDocs
render the same pages, outputs already in them, in both languages. Benchmark
measuring counts on neither side. Times depend on the machine; ratios less.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sitebuild import build, matrix, notebook
from sitebuild.pages import PARTS, parse_call
from sitebuild.recordings import read_recordings
from sitebuild.render import Site, fence, verdict
from sitebuild.run import Runner
from sitebuild.snippets import Snippet

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1, 4, 16)
PORT = 8765

_EXEC = re.compile(r'```python exec="on"[^\n]*\n(.*?)\n```', re.S)
_CALL = re.compile(r'((?:show|versions|benchmark|claim)\(\s*")(?!matrix/)')
# A claim has its id once on a site, also in the names of programs and in links.
_CLAIM = re.compile(r"(#|fact_check/)([a-z]\d\d)(?=\W|_)")

_ONE_PROCESS = """
import contextlib, io, json, sys, warnings
import numpy, torch
for source in json.load(open(sys.argv[1])):
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):
            exec(compile(source, "snippet", "exec"), {"__name__": "__main__"})
"""

_PLAIN_MKDOCS = """
import sys
from mkdocs.commands.build import build
from mkdocs.config import load_config
for config in sys.argv[1:]:
    build(load_config(config))
"""


def generate(to: Path, size: int) -> None:
    """Make a project with `size` times the pages and snippets of this one."""
    for name in ("sitebuild", "overrides", "docs", "snippets", "matrix", "recordings"):
        shutil.copytree(ROOT / name, to / name)
    shutil.copytree(ROOT / ".cache", to / ".cache") if (ROOT / ".cache").exists() else 0
    for config in build.CONFIGS.values():
        shutil.copyfile(ROOT / config, to / config)
    topics = [folder for folder in (to / "snippets").iterdir() if folder.is_dir()]
    for number in range(1, size):
        more = f"more_{number}"
        for topic in topics:
            shutil.copytree(topic, to / "snippets" / more / topic.name)
        for program in (to / "snippets" / more).glob("fact_check/*.py"):
            program.rename(program.with_name(f"x{number}{program.name}"))
        for language, config in build.CONFIGS.items():
            originals = to / "docs" / language
            pages = [
                page.relative_to(originals)
                for page in sorted(originals.rglob("*.*"))
                if not page.relative_to(originals).parts[0].startswith("more_")
            ]
            nav = [f"  - {more}:"]
            for page in pages:
                text = (originals / page).read_text(encoding="utf-8")
                text = _CLAIM.sub(rf"\1x{number}\2", _CALL.sub(rf"\1{more}/", text))
                copy = originals / more / page
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(text, encoding="utf-8")
                nav.append(f"      - {more}/{page.as_posix()}")
            with (to / config).open("a", encoding="utf-8") as file:
                file.write("\n".join(nav) + "\n")


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Run `command` in `folder`; return seconds and peak memory in MiB.

    The memory is that of the largest single process among all it started.
    """
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    environment["NO_MKDOCS_2_WARNING"] = "1"
    with tempfile.TemporaryFile("w+") as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=errors, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        if status:
            errors.seek(0)
            sys.exit(f"{' '.join(command)[:80]} failed:\n{errors.read()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024


def limit(project: Path) -> tuple[float, float]:
    """Return the seconds of the two halves of the limit for `project`."""
    outline = build.read(project)
    with Runner() as runner:
        environment = runner.environment()
        snippets = build.runnable(outline.snippets, environment["cuda"])
        results = dict(runner.run(snippets))
    sources = project / "sources.json"
    sources.write_text(json.dumps([s.source for s in snippets]), encoding="utf-8")
    script = [sys.executable, "-c", _ONE_PROCESS, str(sources)]
    running = min(run(script, project)[0] for _ in range(2))

    titles = {
        language: {slug: page.title for slug, page in by_slug.items()}
        for language, by_slug in outline.pages.items()
    }
    site = Site(
        outline.snippets,
        results,
        read_recordings(project),
        environment,
        matrix=matrix.make(
            outline.operations, lambda name: results[name].output, environment
        )[0],
        claims=outline.claims,
        titles=titles,
    )

    for claim in site.claims["ja"]:
        site.verdicts[claim.id] = verdict(site, claim)

    def expand(found: re.Match[str], language: str) -> str:
        call = parse_call(found[1])
        if call.function in PARTS:
            return fence(site, call, language, "../../")
        snippet: Snippet = outline.snippets[call.snippet]
        section = snippet.section(call.section) if call.section else None
        code = snippet.lines(section.first + 1, section.last) if section else None
        result = results.get(snippet.name)
        text = result.outputs.get(call.section, result.output) if result else ""
        return f"```python\n{code or snippet.source}\n```\n\n```text\n{text}\n```"

    configs = []
    for language, config in build.CONFIGS.items():
        for path, page in outline.pages[language].items():
            target = project / "plain" / language / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.endswith(".ipynb"):
                result = results["notebooks/" + path.removesuffix(".ipynb")]
                notebook.execute(project / page.path, result, target)
            else:
                text = (project / page.path).read_text(encoding="utf-8")
                text = _EXEC.sub(partial(expand, language=language), text)
                target.write_text(text, encoding="utf-8")
        text = (project / config).read_text(encoding="utf-8")
        text = text.replace(f"docs/{language}", f"plain/{language}")
        text = text.replace("INHERIT: mkdocs.yml", "INHERIT: plain.mkdocs.yml")
        text = re.sub(r"(?m)^hooks:.*$|^  markdown-exec:\n.*$", "", text)
        text = re.sub(r"(?m)^site_dir: site", "site_dir: plain-site", text)
        (project / f"plain.{config}").write_text(text, encoding="utf-8")
        configs.append(f"plain.{config}")
    script = [sys.executable, "-c", _PLAIN_MKDOCS, *configs]
    return running, min(run(script, project)[0] for _ in range(2))


def edit_to_page(project: Path) -> dict[str, list[float]]:
    """Return the seconds from saving an edit to the page that has it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "sitebuild", "serve", "--port", str(PORT)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    try:
        while "serving" not in server.stdout.readline():
            if server.poll() is not None:
                sys.exit("serve did not start")
        page, snippet = "docs/ja/detach.md", "snippets/detach/what_it_returns.py"
        return {
            page: [
                _edit(
                    project / page,
                    lambda text, n: f"{text}\n\nedit-{n}\n",
                    "detach/",
                    n,
                )
                for n in range(3)
            ],
            snippet: [
                _edit(
                    project / snippet,
                    lambda text, n: f'{text}print("edit-" + str({n}))\n',
                    "en/detach/",
                    n,
                )
                for n in range(10, 13)
            ],
        }
    finally:
        server.terminate()
        server.wait()


def _edit(file: Path, change: Callable[[str, int], str], page: str, n: int) -> float:
    """Save an edit and wait as an open page does: for the next build's number."""

    def ask(path: str) -> str:
        with urllib.request.urlopen(f"http://localhost:{PORT}/{path}") as answer:
            return answer.read().decode()

    text = change(file.read_text(encoding="utf-8"), n)
    time.sleep(1)  # let the server come to rest
    number = ask(".build")
    begun = time.perf_counter()
    file.write_text(text, encoding="utf-8")
    while time.perf_counter() < begun + 30:
        number = ask(f".build?{number}")
        if f"edit-{n}" in ask(page):
            return time.perf_counter() - begun
    sys.exit(f"{file} was edited, and {page} never showed it")


def main() -> None:
    """Measure and print."""
    command = [sys.executable, "-m", "sitebuild", "build", "--no-measure"]
    print("pages  build      limit = snippets + pages  build/limit  peak memory")
    ratios = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder)
            generate(project, size)
            count = sum(1 for _ in project.glob("docs/*/**/*.*")) - 2
            runs = [run(command, project) for _ in range(3 if size < 16 else 2)]
            seconds = min(second for second, _ in runs)
            running, rendering = limit(project)
            ratios[size] = seconds / (running + rendering)
            print(
                f"{size:3}x    {seconds:6.2f} s   {running + rendering:6.2f} s = "
                f"{running:.2f} s + {rendering:.2f} s   {ratios[size]:6.2f}       "
                f"{max(memory for _, memory in runs):.0f} MiB  ({count} pages)",
                flush=True,
            )
    print(f"target: at most 1.5 at every size; reached {max(ratios.values()):.2f}")
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), 1)
        for path, seconds in edit_to_page(Path(folder)).items():
            print(
                f"edit to page, {path}: median {statistics.median(seconds):.2f} s, "
                f"longest {max(seconds):.2f} s (target 1 s)"
            )


if __name__ == "__main__":
    main()
