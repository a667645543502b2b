"""Measure the benchmark snippets: several rounds, each in new processes.

A benchmark snippet assigns ``data = perfplot.bench(...)``. perfplot keeps only
the smallest of its samples, so each snippet is run `ROUNDS` times, in turn
with the others, each time in a new process with one thread; what is shown is
the median of the rounds, and their range as the spread.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import platform
import statistics
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sitebuild.faults import Fault
from sitebuild.programs.snippet import Snippet
from sitebuild.run import result as ended
from sitebuild.run.runner import Runner

ROUNDS = 5
TIME_LIMIT = 120.0  # seconds for one round of one snippet
STORE = Path(".cache/benchmarks.json")
BASELINE = "empty call"  # the kernel that does nothing


@dataclass(frozen=True)
class Measurement:
    """One benchmark: seconds per call, by round, kernel and length."""

    name: str
    digest: str  # of the snippet that was measured
    labels: list[str]
    n_range: list[int]
    rounds: list[list[list[float]]]
    environment: dict[str, str]

    def samples(self, kernel: int, n: int) -> list[float]:
        """Return the seconds of each round for kernel `kernel` at index `n`."""
        return [seconds[kernel][n] for seconds in self.rounds]

    def median(self, kernel: int, n: int) -> float:
        """Return the median of the rounds, in seconds."""
        return statistics.median(self.samples(kernel, n))


def measurements(
    root: Path, snippets: list[Snippet], measure: bool
) -> tuple[dict[str, Measurement], list[Fault]]:
    """Return the measurement of each benchmark, new if `measure` says so.

    The last ones are kept in `STORE`; one whose snippet has changed since is
    not returned.
    """
    store = root / STORE
    if measure:
        found, faults = _measure(snippets)
        if not faults:
            store.parent.mkdir(exist_ok=True)
            plain = [dataclasses.asdict(m) for m in found.values()]
            store.write_text(json.dumps(plain), encoding="utf-8")
        return found, faults
    if not store.exists():
        return {}, []
    digests = {snippet.name: snippet.digest for snippet in snippets}
    last = [Measurement(**entry) for entry in json.loads(store.read_text("utf-8"))]
    return {m.name: m for m in last if digests.get(m.name) == m.digest}, []


def _measure(
    snippets: list[Snippet],
) -> tuple[dict[str, Measurement], list[Fault]]:
    timed = [dataclasses.replace(s, time_limit=TIME_LIMIT) for s in snippets]
    rounds: dict[str, list[dict[str, Any]]] = {s.name: [] for s in timed}
    faults: list[Fault] = []
    begun = time.monotonic()
    with Runner(workers=1, threads=1) as runner:
        environment = runner.environment()
        for number in range(1, ROUNDS + 1):
            for snippet in timed:
                print(
                    f"measuring, round {number} of {ROUNDS}: {snippet.name} "
                    f"({time.monotonic() - begun:.0f} s)",
                    file=sys.stderr,
                )
                collect = {snippet.name: ["data"]}
                [(_, result)] = runner.run([snippet], collect=collect)
                fault = ended.fault(snippet, result)
                if fault:
                    faults.append(fault)
                else:
                    rounds[snippet.name].append(result.data["data"])
            if faults:
                return {}, faults
    facts = {
        "cpu": _cpu(),
        "torch": environment.torch,
        "numpy": environment.numpy,
        "python": environment.python,
        "perfplot": version("perfplot"),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
    }
    found = [
        Measurement(
            snippet.name,
            snippet.digest,
            rounds[snippet.name][0]["labels"],
            rounds[snippet.name][0]["n_range"],
            [one["seconds"] for one in rounds[snippet.name]],
            facts,
        )
        for snippet in timed
    ]
    return {measured.name: measured for measured in found}, []


def _cpu() -> str:
    """Name the processor; Linux alone has its model where Python can read it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
