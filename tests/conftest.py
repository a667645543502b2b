"""What the tests share: the snippets, run once, and the site, built once."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch._lazy.ts_backend

from sitebuild import programs
from sitebuild.fences import figure
from sitebuild.project import Run, read
from sitebuild.run import populations as asked
from sitebuild.run.recording import read_recordings
from sitebuild.run.runner import Runner
from sitebuild.view import View

# A process can start the device "lazy" once; tests and programs ask more often.
torch._lazy.ts_backend.init = cache(torch._lazy.ts_backend.init)

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    parser.addoption(
        "--snapshots",
        action="store_true",
        help="write the files of tests/engine/snapshots, instead of comparing",
    )


@pytest.fixture(scope="session")
def project():
    """The project as its files say it."""
    return read(ROOT)


@pytest.fixture(scope="session")
def runner():
    with Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def environment(runner):
    return runner.environment()


@pytest.fixture(scope="session")
def results(project, environment, runner):
    """The result of every program that can run here, by name, figures included."""
    runnable = programs.runnable(project.programs, environment.cuda)
    return dict(runner.run(runnable, figures=figure.wanted(project)))


@pytest.fixture(scope="session")
def run(project, environment, results):
    """The run of the project that a build would show."""
    return Run(project, environment, results, recordings=read_recordings(ROOT))


@pytest.fixture(params=["ja", "en"])
def view(request, run):
    """A place on a page, in each language."""
    language = run.project.languages[request.param]
    return View(run, language, "detach.md", "../", 1)


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """Some operations of the matrix write files: here, and not in the repository."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def output(results):
    """A function: what a snippet, or one section of it, printed in a fresh run."""

    def printed(name: str, section: str = "") -> str:
        result = results[name]
        return result.outputs[section] if section else result.output

    return printed


@pytest.fixture(scope="session")
def populations(project, request):
    """What the programs over populations print, in a fresh run.

    Of those whose rows a test of this session wants, side by side.
    """
    wanted = {name for item in request.session.items for name in item.fixturenames}
    return dict(
        asked.run(
            ROOT,
            [
                program
                for program in project.programs.values()
                if program.is_population and program.name.rpartition("/")[2] in wanted
            ],
        )
    )


def rows(populations, name: str) -> list[dict[str, Any]]:
    result = populations[f"populations/{name}"]
    assert result.ended == "end", result.exception
    return [json.loads(line) for line in result.output.splitlines()]


@pytest.fixture(scope="session")
def operations(populations):
    """A row for each operation of torch: see populations/operations.py."""
    return rows(populations, "operations")


@pytest.fixture(scope="session")
def modules(populations):
    """A row for each module of torch: see populations/modules.py."""
    return rows(populations, "modules")


@pytest.fixture(scope="session")
def optimizers(populations):
    """A row for each variant of each optimizer: see populations/optimizers.py."""
    return rows(populations, "optimizers")


@pytest.fixture(scope="session")
def writes(populations):
    """A row for each function that writes to a tensor: see populations/writes.py."""
    return rows(populations, "writes")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of a site built for the tests, without measuring."""
    folder = tmp_path_factory.mktemp("built") / "site"
    done = sitebuild(ROOT, "build", "--no-measure", "--to", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def values(name: str) -> dict[str, Any]:
    """Run a snippet in this process; return the variables that it ends with."""
    with warnings.catch_warnings():
        return runpy.run_path(str(ROOT / f"snippets/{name}.py"))


def sitebuild(
    root: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m sitebuild`` in `root`, as nox does."""
    return subprocess.run(
        [sys.executable, "-m", "sitebuild", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), **variables},
        capture_output=True,
        text=True,
    )


def copy_project(to: Path, nav: str = "[index.md, b.md]") -> Path:
    """Copy to `to` what a build needs, but for pages and snippets."""
    for name in ("sitebuild", "overrides", "docs/assets", "words"):
        shutil.copytree(
            ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("mkdocs.yml", "mkdocs.en.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        text = text[: text.index("\nnav:")] + f"\nnav: {nav}\n"
        (to / name).write_text(text, encoding="utf-8")
    return to
