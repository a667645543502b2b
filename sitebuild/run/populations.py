"""Run the programs over populations, each in a Python of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sitebuild.programs.snippet import Snippet
from sitebuild.run.result import Result

LIMIT = 900.0  # seconds; each takes half a minute on a machine of its own


def run(root: Path, programs: Iterable[Snippet]) -> Iterator[tuple[str, Result]]:
    """Run `programs`, as many at a time as there are cores; yield name and result.

    Of one that fails, the result says with which exception.
    """
    given = list(programs)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield from zip(
            (p.name for p in given), pool.map(lambda p: _run(root, p), given)
        )


def _run(root: Path, program: Snippet) -> Result:
    variables = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    variables["OMP_NUM_THREADS"] = variables["MKL_NUM_THREADS"] = "1"
    variables.pop("PYTHONPATH", None)
    with subprocess.Popen(
        [sys.executable, "-B", str(root / program.path)],
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(timeout=LIMIT)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)  # it has workers
            if isinstance(error, subprocess.TimeoutExpired):
                return Result("time limit", {"": ""})
            raise
    if process.returncode:
        last = errors.strip().rpartition("\n")[2] or f"status {process.returncode}"
        return Result("lost", {"": errors}, exception=last)
    return Result("end", {"": output})
