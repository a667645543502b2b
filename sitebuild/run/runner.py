"""Run snippets, each in its own process, and give their results.

Where fork is safe, a zygote is asked for each (see `sitebuild.run.zygote`).
Where it is not (macOS, Windows), every snippet starts a Python of its own:
slower, with the same results.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sitebuild.programs.snippet import Snippet
from sitebuild.run.capture import Shot
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result
from sitebuild.run.zygote import alone

FORK = sys.platform.startswith("linux")


class Runner:
    """Runs snippets until it is closed; use it in a ``with`` block.

    Args:
        workers: How many snippets run at the same time; the number of cores
            that this process may use, if not given.
        threads: Threads that torch may use in one snippet; torch's own choice
            if not given.
        fork: Whether to fork from a zygote; by default where that is safe.
    """

    def __init__(self, workers: int = 0, threads: int = 0, fork: bool = FORK) -> None:
        """Start the zygote; it imports torch while the caller goes on."""
        self._workers = workers or (len(os.sched_getaffinity(0)) if FORK else 2)
        variables = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        variables["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
        # A fork is only safe while the zygote has not touched the driver.
        variables["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
        if fork and not threads:  # where threads are given, time is measured
            # A fork copies the table of all pages that the zygote has written:
            # half the time of a short snippet. Huge pages make that table small.
            variables["PYTHONMALLOC"] = "malloc"
            variables["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
        if threads:
            variables["OMP_NUM_THREADS"] = variables["MKL_NUM_THREADS"] = str(threads)
        self._variables = variables
        self._zygote = (
            subprocess.Popen(
                [sys.executable, "-m", "sitebuild.run.zygote", str(self._workers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env=variables,
            )
            if fork
            else None
        )

    def __enter__(self) -> Runner:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the zygote."""
        if self._zygote:
            assert self._zygote.stdin and self._zygote.stdout
            self._zygote.stdin.close()
            self._zygote.stdout.close()
            self._zygote.wait()

    def environment(self) -> Environment:
        """Describe where this runner's snippets run ."""
        job = {"name": "", "source": None, "limit": 120.0}
        return Environment(**dict(self._answers([job]))[""])

    def run(
        self,
        snippets: Iterable[Snippet],
        *,
        collect: dict[str, list[str]] | None = None,
        figures: Mapping[str, Sequence[Shot]] | None = None,
        trace: bool = False,
    ) -> Iterator[tuple[str, Result]]:
        """Run `snippets`, as many at a time as there are workers.

        Args:
            snippets: What to run; two with one name would be mixed up.
            collect: Per snippet name, the variables whose measurements are
                wanted in `Result.data`.
            figures: Per snippet name, the figures to take.
            trace: Whether to note which lines were executed.

        Yields:
            The name and result of each, in the order in which they end.

        Raises:
            RuntimeError: The zygote is gone, or the build's own code failed.
        """
        jobs = [
            {
                "name": snippet.name,
                "source": snippet.source,
                "filename": snippet.filename,
                "marks": [section.first for section in snippet.sections],
                "names": [section.name for section in snippet.sections],
                "limit": snippet.time_limit,
                "collect": (collect or {}).get(snippet.name, []),
                "figures": (figures or {}).get(snippet.name, []),
                "trace": trace,
            }
            for snippet in snippets
        ]
        for name, answer in self._answers(jobs):
            answer["figures"] = {
                Shot(kind, section, tuple(names)): data
                for (kind, section, names), data in answer.get("figures", ())
            }
            yield name, Result(**answer)

    def _answers(
        self, jobs: list[dict[str, Any]]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if self._zygote is None:
            with ThreadPoolExecutor(self._workers) as pool:
                yield from pool.map(lambda job: alone(job, self._variables), jobs)
            return
        stdin, stdout = self._zygote.stdin, self._zygote.stdout
        assert stdin and stdout

        def write() -> None:
            for job in jobs:
                stdin.write(json.dumps(job) + "\n")
            stdin.flush()

        # Beside the reading, or both pipes could fill and neither side go on.
        writer = threading.Thread(target=write)
        writer.start()
        for _ in jobs:
            line = stdout.readline()
            if not line:
                raise RuntimeError("the process that runs the snippets is gone")
            answer = json.loads(line)
            yield answer["name"], answer["result"]
        writer.join()
