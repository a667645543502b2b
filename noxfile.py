"""All that is done in this repository, by name: `nox -l` lists it.

The sessions share one environment, .nox/site, because torch is large. Set
TORCH_VERSION to work with another torch, in an environment of its own:

    TORCH_VERSION=2.12.0 nox -s docs
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["docs"]

OTHER_TORCH = os.environ.get("TORCH_VERSION", "")
ENVIRONMENT = Path(f".nox/torch-{OTHER_TORCH}" if OTHER_TORCH else ".nox/site")
# What another torch wants in versions of its own.
TORCH_BRINGS = re.compile(r"(torch|numpy|triton|sympy|setuptools|nvidia-|cuda-)")

# nox makes one environment for each session; ours is shared, so it makes none.
site_session = nox.session(venv_backend="none")


def run(session: nox.Session, *command: str) -> None:
    """Run a module of the shared environment: ``python -m command``."""
    folder = "Scripts" if os.name == "nt" else "bin"
    python = str((ENVIRONMENT / folder / "python").absolute())
    session.run(python, "-m", *command)


def install(session: nox.Session) -> None:
    """Bring the shared environment to the versions of constraints.txt."""
    if not ENVIRONMENT.exists():
        session.run(sys.executable, "-m", "venv", str(ENVIRONMENT))
    groups = nox.project.dependency_groups(
        nox.project.load_toml("pyproject.toml"), "site", "dev"
    )
    constraints = Path("constraints.txt")
    if OTHER_TORCH:
        lines = constraints.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not TORCH_BRINGS.match(line)]
        kept.append(f"torch=={OTHER_TORCH}")
        if [int(n) for n in OTHER_TORCH.split(".")[:2]] < [2, 3]:
            kept.append("numpy<2")  # what those releases were built with
        constraints = ENVIRONMENT / "constraints.txt"
        constraints.write_text("\n".join(kept), encoding="utf-8")
    quiet = ("--quiet", "--disable-pip-version-check")
    run(session, "pip", "install", *quiet, "-c", str(constraints), *groups)


@site_session
def docs(session: nox.Session) -> None:
    """Build the site into site/: run every snippet, measure, check, replace."""
    install(session)
    other = ["--other-torch"] if OTHER_TORCH else []
    run(session, "sitebuild", "build", *other, *session.posargs)
    if "--to" not in session.posargs:
        session.log(
            f"the site is in {Path('site').resolve()}; to read it: "
            "python -m http.server -d site, then http://localhost:8000/"
        )


@site_session
def serve(session: nox.Session) -> None:
    """Serve both languages on localhost:8000 and follow edits as you save them."""
    install(session)
    run(session, "sitebuild", "serve", *session.posargs)


@site_session
def tests(session: nox.Session) -> None:
    """Run the tests: snippets, claims, every fault a page can have, built pages."""
    install(session)
    if session.posargs:
        run(session, "pytest", *session.posargs)
        return
    # The tests of a file share what they have built.
    run(session, "pytest", "-n", "auto", "--dist", "loadfile", "tests/engine")
    # Two snippets compare times: nothing else is to run beside them.
    run(session, "pytest", "tests/site", "tests/claims", "tests/populations")


@site_session
def record(session: nox.Session) -> None:
    """Write down what the snippets print here: recordings/torch-VERSION-DEVICE."""
    install(session)
    run(session, "sitebuild", "record")


@site_session
def lint(session: nox.Session) -> None:
    """Check code: ruff (lint and format) and mypy --strict."""
    install(session)
    run(session, "ruff", "check")
    run(session, "ruff", "format", "--check")
    run(session, "mypy")


@nox.session(venv_backend="none")
def prose(session: nox.Session) -> None:
    """Check what readers read, in both languages, with textlint (needs Node.js)."""
    npm = ("npm", "ci", "--prefix", "prose", "--no-audit", "--no-fund", "--silent")
    session.run(*npm, external=True)
    session.run(sys.executable, "prose/check.py")


@site_session
def browser(session: nox.Session) -> None:
    """Read site/ in headless Chromium: links, search, both schemes, phone, axe."""
    install(session)
    if not Path("site/index.html").exists():
        session.error("there is no site/ to read: run `nox -s docs` first")
    # A browser for each core; all tests of a page stay with one of them.
    side_by_side = ("-n", "auto", "--dist", "loadgroup")
    run(session, "pytest", *side_by_side, "tests/browser", *session.posargs)


@site_session
def speed(session: nox.Session) -> None:
    """Measure the build against its limit, at 1, 4 and 16 times the pages."""
    install(session)
    run(session, "tests.speed", *session.posargs)


@site_session
def mutants(session: nox.Session) -> None:
    """Make each mistake of tests/mutants/ in a copy: a test has to notice it."""
    install(session)
    run(session, "tests.mutants", *session.posargs)


@nox.session(reuse_venv=True)
def lock(session: nox.Session) -> None:
    """Renew constraints.txt: all versions, for every Python from 3.10 on."""
    session.install("--quiet", "uv")
    groups = nox.project.dependency_groups(
        nox.project.load_toml("pyproject.toml"), "site", "dev"
    )
    wanted = Path(session.create_tmp()) / "wanted.in"
    torch = next(
        line
        for line in Path("constraints.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith("torch==")
    )
    wanted.write_text("\n".join([*groups, torch]), encoding="utf-8")
    session.run(
        *("uv", "pip", "compile", "--universal", "--python-version=3.10", "--upgrade"),
        *("--no-annotate", "--no-header", "--quiet"),
        *(str(wanted), "-o", "constraints.txt"),
    )
