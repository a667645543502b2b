"""This site, several times over, and the same pages with nothing left to run."""

from __future__ import annotations

import json
import re
import shutil
from functools import partial
from pathlib import Path

from sitebuild import build, project
from sitebuild.fences import FENCES, FORMS
from sitebuild.maker import notebook
from sitebuild.pages.call import options, parse
from sitebuild.programs import runnable
from sitebuild.programs.notebook import name
from sitebuild.project import Run
from sitebuild.run.runner import Runner
from sitebuild.view import View
from sitebuild.words import Language
from tests.conftest import ROOT

_CALL = re.compile(r'((?:show|versions|benchmark|claim)\(\s*")(?!matrix/)')
# A claim has its id once on a site, also in the names of programs and in links.
_CLAIM = re.compile(r"(#|fact_check/)([a-z]\d\d)(?=\W|_)")
_DESCRIPTION = re.compile(r'(?m)^(description: .*?)("?)$')
_TITLE = re.compile(r'(?m)(^|")# ([^"\\\n{]*)')
_FENCE = re.compile(r"```python exec=([^\n]*)\n(.*?)\n```", re.S)

# The limit: torch is imported once, and each program run once, without isolation.
ONE_PROCESS = """
import contextlib, io, json, sys, warnings
import numpy, torch
for source in json.load(open("sources.json")):
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception):
            exec(compile(source, "program", "exec"), {"__name__": "__main__"})
"""
PLAIN_MKDOCS = """
import sys
from mkdocs.commands.build import build
from mkdocs.config import load_config
for config in sys.argv[1:]:
    build(load_config(config))
"""


def generate(to: Path, size: int) -> None:
    """Make a project with `size` times the pages and snippets of this one."""
    for folder in (
        *("sitebuild", "overrides", "docs", "snippets", "matrix", "populations"),
        *("recordings", "words", ".cache"),
    ):
        if (ROOT / folder).exists():
            shutil.copytree(ROOT / folder, to / folder)
    languages = project.read(ROOT).languages.values()
    for language in languages:
        shutil.copyfile(ROOT / language.config, to / language.config)
    topics = [folder for folder in (ROOT / "snippets").iterdir() if folder.is_dir()]
    for number in range(1, size):
        more = f"more_{number}"
        for topic in topics:
            shutil.copytree(topic, to / "snippets" / more / topic.name)
        for program in (to / "snippets" / more).glob("fact_check/*.py"):
            program.rename(program.with_name(f"x{number}{program.name}"))
        for language in languages:
            _copy_pages(to, language, number)


def _copy_pages(to: Path, language: Language, number: int) -> None:
    """Copy all pages of a language, with titles and claims of their own."""
    more, originals = f"more_{number}", ROOT / "docs" / language.code
    nav = [f"  - {more}:"]
    for page in sorted(originals.rglob("*.*")):
        slug = page.relative_to(originals)
        text = page.read_text(encoding="utf-8")
        text = _CLAIM.sub(rf"\1x{number}\2", _CALL.sub(rf"\1{more}/", text))
        text = _DESCRIPTION.sub(rf"\1 {number}\2", text, count=1)
        text = _TITLE.sub(rf"\1# {number} \2", text, count=1)
        copy = to / "docs" / language.code / more / slug
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")
        nav.append(f"      - {more}/{slug.as_posix()}")
    with (to / language.config).open("a", encoding="utf-8") as file:
        file.write("\n".join(nav) + "\n")


def with_nothing_to_run(root: Path) -> list[str]:
    """Write the pages of a project with their outputs in them, for MkDocs alone.

    Returns:
        The configurations. Beside them is ``sources.json``: the programs.
    """
    found = project.read(root)
    with Runner() as runner:
        environment = runner.environment()
        run, faults = build.execute(found, runner, environment)
    assert not faults, faults
    build.measurements(run, anew=False)
    sources = [p.source for p in runnable(found.programs, environment.cuda)]
    (root / "sources.json").write_text(json.dumps(sources), encoding="utf-8")
    configs = []
    for language in found.languages.values():
        for slug, page in found.pages[language.code].items():
            target = root / "plain" / language.code / slug
            target.parent.mkdir(parents=True, exist_ok=True)
            if slug.endswith(".ipynb"):
                notebook.execute(root / page.path, run.results[name(slug)], target)
                continue
            text = (root / page.path).read_text(encoding="utf-8")
            view = View(run, language, slug, "../../")
            text = _FENCE.sub(partial(_expand, run, view), text)
            target.write_text(text, encoding="utf-8")
        text = (root / language.config).read_text(encoding="utf-8")
        text = text.replace(f"docs/{language.code}", f"plain/{language.code}")
        text = text.replace("INHERIT: mkdocs.yml", "INHERIT: plain.mkdocs.yml")
        text = re.sub(r"(?m)^hooks:.*$|^  markdown-exec:\n.*$", "", text)
        text = text.replace("site_dir: site", "site_dir: plain-site")
        (root / f"plain.{language.config}").write_text(text, encoding="utf-8")
        configs.append(f"plain.{language.config}")
    return configs


def _expand(run: Run, view: View, fence: re.Match[str]) -> str:
    """Return what stands on a page in place of a fence."""
    call = parse(fence[2], options(f"exec={fence[1]}"), FORMS)
    if call.function != "show":
        html = str(FENCES[call.function].render(call, view))
        return re.sub(r"\n\s*\n", "\n", html)  # one block of Markdown
    program = run.project.programs[call.program]
    section = program.section(call.section) if call.section else None
    code = program.lines(section.first + 1, section.last) if section else ""
    result = run.results.get(program.name)
    text = result.outputs.get(call.section, result.output) if result else ""
    return f"```python\n{code or program.source}\n```\n\n```text\n{text}\n```"
