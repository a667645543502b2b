"""Commands, timed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """One command."""

    seconds: float
    memory: float  # of its largest process, in MiB


def run(command: Sequence[str], folder: Path) -> Timing:
    """Run a command in `folder`, with the `sitebuild` that is there, if any."""
    variables = {**os.environ, "PYTHONPATH": str(folder), "NO_MKDOCS_2_WARNING": "1"}
    with tempfile.TemporaryFile("w+") as said:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=variables,
            stdout=said,
            stderr=said,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        if status:
            said.seek(0)
            sys.exit(f"{' '.join(command)[:80]} failed:\n{said.read()[-2000:]}")
    return Timing(seconds, usage.ru_maxrss / 1024)


def in_turns(
    commands: Mapping[str, tuple[Sequence[str], Path]], rounds: int
) -> dict[str, Timing]:
    """Run each command once in every round; return the best of each."""
    timings: dict[str, list[Timing]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (command, folder) in commands.items():
            timings[name].append(run(command, folder))
    return {
        name: Timing(min(t.seconds for t in of), max(t.memory for t in of))
        for name, of in timings.items()
    }
