"""The programs: what can be run, read from its files, and what it announces.

Snippets, the code of notebooks, the probes of the behaviour matrix and the
chooser's examples are all snippets in the end.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.programs import examples, notebook, operations, snippet
from sitebuild.programs.snippet import Snippet


def read(root: Path) -> tuple[dict[str, Snippet], list[Fault]]:
    """Return every program below `root` by its name, and what is wrong."""
    snippets, faults = snippet.read_all(root)
    listed, unclear = operations.read_operations(root)
    notebooks, broken = notebook.read_all(root)
    probes, unsound = operations.probes(root, listed)
    programs = {**snippets, **notebooks, **probes, **examples.examples(listed)}
    return programs, [*faults, *broken, *unclear, *unsound]


def runnable(programs: dict[str, Snippet], cuda: bool) -> list[Snippet]:
    """Return what can be run here; benchmarks are measured, apart from these."""
    return [
        program
        for program in programs.values()
        if not program.is_benchmark and (cuda or not program.needs_cuda)
    ]
