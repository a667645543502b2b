"""Build the site: read, check, run, measure, render, verify, and only then swap.

The folder `site` is replaced only when all of it is sound; until then the last
good one stays as it was.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from sitebuild import project
from sitebuild.check import check, judge, part, report
from sitebuild.faults import Fault
from sitebuild.fences import figure
from sitebuild.fences.benchmark import measure as benchmarks
from sitebuild.maker import render, site
from sitebuild.programs import runnable
from sitebuild.project import Project, Run
from sitebuild.run import recording
from sitebuild.run.environment import Environment
from sitebuild.run.recording import read_recordings
from sitebuild.run.result import Result
from sitebuild.run.runner import Runner

# Results by the name of their program, its text, and the figures to take of it.
Kept = dict[tuple[str, str, str], Result]


def build(root: Path, to: Path, runner: Runner, *, measure: bool, strict: bool) -> int:
    """Build all languages into `to`; return an exit status.

    Args:
        root: The folder of the project.
        to: Replaced when the new site is sound, and untouched until then.
        runner: Runs the programs.
        measure: Whether to measure the benchmarks anew; if not, the last
            measurement is shown, or none.
        strict: Whether a program has to end as it announces.
    """
    site.today()  # which may be nonsense, and all else for nothing
    with _folder_beside(to) as folder:
        found = project.read(root)
        render.warm_up()  # while the zygote imports torch
        begun = time.perf_counter()
        run, faults = execute(found, runner, runner.environment(), strict=strict)
        ran = time.perf_counter()
        faults += recording.faults(root)
        # Minutes of measuring are for nothing if the site cannot be built.
        faults += measurements(run, anew=measure and not faults)
        begun_rendering = time.perf_counter()
        if not found.unread:  # or MkDocs would stop at it
            add(faults, render.render(run, folder / "site").faults)
        if faults:
            print(report(faults, found), file=sys.stderr)
            print("The last good site is untouched.", file=sys.stderr)
            return 1
        print(
            f"{len(run.results)} snippets run in {ran - begun:.1f} s, "
            f"{sum(map(len, found.pages.values()))} pages rendered in "
            f"{time.perf_counter() - begun_rendering:.1f} s"
        )
        if to.exists():
            to.rename(folder / "old")
        (folder / "site").rename(to)
    return 0


def execute(
    found: Project,
    runner: Runner,
    environment: Environment,
    kept: Kept | None = None,
    *,
    strict: bool = True,
) -> tuple[Run, list[Fault]]:
    """Run the programs; return all that pages show, and what is wrong.

    Programs of which `kept` has the result do not run; what ran is in it then. If
    not `strict`, a program may end otherwise than it announces.
    """
    kept = {} if kept is None else kept
    faults = check(found)
    programs, figures = runnable(found.programs, environment.cuda), figure.wanted(found)
    keys = {p.name: (p.name, p.source, repr(figures.get(p.name))) for p in programs}
    new = [program for program in programs if keys[program.name] not in kept]
    ended = {name: kept[key] for name, key in keys.items() if key in kept}
    ended |= runner.run(new, figures=figures)
    kept.clear()
    kept.update((keys[name], result) for name, result in ended.items())
    results, failed = part(found, ended, strict)
    repo_url = os.environ.get("REPO_URL", "").rstrip("/")
    recordings = read_recordings(found.root)
    run = Run(found, environment, results, repo_url, recordings=recordings)
    faults += failed
    if strict:  # what another torch cannot draw or decide is left out
        faults += judge(run)
    return run, faults


def measurements(run: Run, *, anew: bool) -> list[Fault]:
    """Add the measurements of the benchmarks to a run; return what failed."""
    programs = [p for p in run.project.programs.values() if p.is_benchmark]
    measured, failed = benchmarks.measurements(run.project.root, programs, anew)
    run.benchmarks.update(measured)
    return failed


def add(faults: list[Fault], rendered: Iterable[Fault]) -> None:
    """Add the faults that rendering found, but for links that are known as dead."""
    known = {(fault.path, fault.line) for fault in faults if fault.kind == "dead-link"}
    faults += [
        fault
        for fault in rendered
        if fault.kind != "dead-link" or (fault.path, fault.line) not in known
    ]


def check_only(root: Path, runner: Runner) -> int:
    """Check pages and run programs, without rendering; return an exit status."""
    found = project.read(root)
    run, faults = execute(found, runner, runner.environment())
    faults += recording.faults(root)
    if faults:
        print(report(faults, found), file=sys.stderr)
        return 1
    print(f"{len(run.results)} snippets run, all as they announce")
    return 0


@contextlib.contextmanager
def _folder_beside(to: Path) -> Iterator[Path]:
    """Give a folder beside `to`, gone at the end; so are those of killed builds."""
    to.parent.mkdir(parents=True, exist_ok=True)
    for left in to.parent.glob(f".{to.name}-*"):
        if _take(left):
            _remove(left, to)
    folder = to.with_name(f".{to.name}-{secrets.token_hex(4)}")
    try:
        folder.mkdir()
        _take(folder)
        yield folder
    finally:
        _remove(folder, to)


def _take(folder: Path) -> bool:
    """Keep a folder until this process ends; False if another process has it."""
    if sys.platform == "win32":  # a folder cannot be locked
        return False
    import fcntl

    try:
        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove(folder: Path, to: Path) -> None:
    """Remove what is left of a build; one that ended in a swap leaves the old site."""
    if (folder / "old").exists() and not to.exists():
        (folder / "old").rename(to)
    shutil.rmtree(folder, ignore_errors=True)
