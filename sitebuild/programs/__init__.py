"""The programs: what can be run, read from its files, and what it announces.

Snippets, the code of notebooks, the probes of the behaviour matrix, the
chooser's examples and the programs over populations are all snippets in the end.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.programs import examples, notebook, operations, populations, snippet
from sitebuild.programs.snippet import Snippet


def read(root: Path) -> tuple[dict[str, Snippet], list[Fault]]:
    """Return every program below `root` by its name, and what is wrong."""
    snippets, faults = snippet.read_all(root)
    listed, unclear = operations.read_operations(root)
    notebooks, broken = notebook.read_all(root)
    probes, unsound = operations.probes(root, listed)
    asked, unreadable = populations.read_all(root)
    chosen = examples.examples(listed)
    programs = {**snippets, **notebooks, **probes, **chosen, **asked}
    return programs, [*faults, *broken, *unclear, *unsound, *unreadable]


def runnable(programs: dict[str, Snippet], cuda: bool) -> list[Snippet]:
    """Return what a build runs here.

    Benchmarks are measured, and populations recorded, apart from these.
    """
    return [
        program
        for program in programs.values()
        if not (program.is_benchmark or program.is_population)
        and (cuda or not program.needs_cuda)
    ]
