"""Build the site: read, check, run, measure, render, verify, and only then swap.

The folder `site` is replaced only when all of it is sound; until then the last
good one stays as it was.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from sitebuild import project
from sitebuild.check import check, judge, part, report
from sitebuild.fences import figure
from sitebuild.fences.benchmark import measure as benchmarks
from sitebuild.maker import render
from sitebuild.programs import runnable
from sitebuild.programs.snippet import Snippet
from sitebuild.project import Project, Run
from sitebuild.run import recording
from sitebuild.run.capture import Shot
from sitebuild.run.environment import Environment
from sitebuild.run.recording import read_recordings
from sitebuild.run.result import Result
from sitebuild.run.runner import Runner

Results = Callable[[list[Snippet], Mapping[str, Sequence[Shot]]], dict[str, Result]]


def build(root: Path, to: Path, *, measure: bool, strict: bool) -> int:
    """Build all languages into `to`; return an exit status.

    `to` is replaced when the new site is sound, and untouched until then.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{to.name}-", dir=to.parent))
    try:
        with Runner() as runner:
            found = project.read(root)
            render.warm_up()  # while the zygote imports torch
            sound = assemble(
                found,
                runner.environment(),
                lambda programs, shots: dict(runner.run(programs, figures=shots)),
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


def assemble(
    found: Project,
    environment: Environment,
    results_of: Results,
    to: Path,
    *,
    measure: bool = False,
    strict: bool = True,
    again: Collection[str] | None = None,
) -> bool:
    """Run, measure, render and verify; report what is wrong.

    Args:
        found: What the files say.
        environment: Where programs run.
        results_of: Runs the programs it is given, and takes the figures.
        to: A new folder for the site.
        measure: Whether to measure the benchmarks anew; if not, the last
            measurement is shown, or none.
        strict: Whether a program has to end as it announces.
        again: The pages to render, if `to` holds the rest of the site.

    Returns:
        Whether the site in `to` is sound.
    """
    begun = time.perf_counter()
    faults = check(found)
    if again is None:  # an edited recording is never shown; `serve` need not wait
        faults += recording.faults(found.root)
    programs = runnable(found.programs, environment.cuda)
    ended = results_of(programs, figure.wanted(found))
    results, failed = part(found, ended, strict)
    run = Run(
        found,
        environment,
        results,
        os.environ.get("REPO_URL", "").rstrip("/"),
        recordings=read_recordings(found.root),
    )
    faults += failed
    if strict:  # what another torch cannot draw or decide is left out
        faults += judge(run)
    ran = time.perf_counter()
    # Minutes of measuring are for nothing if the site cannot be built.
    measured, failed = benchmarks.measurements(
        found.root,
        [program for program in found.programs.values() if program.is_benchmark],
        measure and not faults,
    )
    run.benchmarks.update(measured)
    begun_rendering = time.perf_counter()
    faults += failed + render.render(run, to, again)
    if faults:
        report(faults, found)
        return False
    print(
        f"{len(results)} snippets run in {ran - begun:.1f} s, "
        f"{sum(map(len, found.pages.values()))} pages rendered in "
        f"{time.perf_counter() - begun_rendering:.1f} s"
    )
    return True


def check_only(root: Path) -> int:
    """Check pages and run programs, without rendering; return an exit status."""
    found = project.read(root)
    with Runner() as runner:
        environment = runner.environment()
        programs = runnable(found.programs, environment.cuda)
        ended = dict(runner.run(programs, figures=figure.wanted(found)))
    results, failed = part(found, ended, strict=True)
    run = Run(found, environment, results, recordings=read_recordings(root))
    faults = [*check(found), *recording.faults(root), *failed, *judge(run)]
    if faults:
        report(faults, found)
        return 1
    print(f"{len(results)} snippets run, all as they announce")
    return 0
