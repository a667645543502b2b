"""Run programs, each in its own process, and give their results.

Where fork is safe, zygotes are asked for each (see `sitebuild.run.zygote`).
Where it is not (macOS, Windows), every program starts a Python of its own:
slower, with the same results.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sitebuild.programs.snippet import Snippet
from sitebuild.run.capture import Shot
from sitebuild.run.child import HOMES, ROOT, Job
from sitebuild.run.environment import Environment
from sitebuild.run.process import GRACE, KILL, alone
from sitebuild.run.result import Result
from sitebuild.run.zygote import needs_more

FORK = sys.platform.startswith("linux")
PATIENCE = 5.0  # seconds that a zygote may be late with an answer
# What programs see of the environment: no secrets of whoever builds.
_PASSED = {
    *("PATH", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "LD_LIBRARY_PATH"),
    *("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS"),
}
_PASSED_GROUPS = (
    "LC_",
    "PYTHON",
    "OMP_",
    "MKL_",
    "CUDA_",
    "NVIDIA_",
    "TORCH",
    "PYTORCH",
)


class _GoneError(Exception):
    """A zygote has ended, or answers no more."""


class _Zygote:
    """Our end of a zygote."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.settimeout(PATIENCE)
        self.ready = False
        self.running: dict[int, tuple[Job, float]] = {}  # with the time it may take
        self._unread = b""

    def fileno(self) -> int:
        return self.ours.fileno()

    def send(self, number: int, job: Job | None) -> None:
        """Ask for a run, or, without a job, for the second zygote."""
        if job:
            late = time.monotonic() + job.limit + GRACE + PATIENCE
            self.running[number] = job, late
        plain = job and dataclasses.asdict(job)
        try:
            self.ours.sendall(json.dumps([number, plain]).encode() + b"\n")
        except OSError:
            raise _GoneError from None

    def answers(self) -> Iterator[tuple[Job, dict[str, Any]]]:
        """Yield what has come in."""
        try:
            chunk = self.ours.recv(1 << 20)
        except OSError:
            chunk = b""
        if not chunk:
            raise _GoneError
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        for line in lines:
            number, result = json.loads(line)
            if number is None:
                self.ready = True
            else:
                yield self.running.pop(number)[0], result


class Runner:
    """Runs programs until it is closed; use it in a ``with`` block.

    Args:
        workers: How many programs run at the same time; the number of cores
            that this process may use, if not given.
        threads: Threads that torch may use in one program; torch's own choice
            if not given.
        fork: Whether to fork from a zygote; by default where that is safe.
    """

    def __init__(self, workers: int = 0, threads: int = 0, fork: bool = FORK) -> None:
        """Start the zygote; it imports torch while the caller goes on."""
        self._workers = workers or (len(os.sched_getaffinity(0)) if FORK else 2)
        self._folder = tempfile.mkdtemp(prefix="snippets-")
        self._variables = _variables(self._folder, threads)
        self._number = 0  # of the last job
        self._has_second = False  # whether it was asked for
        self._process: subprocess.Popen[bytes] | None = None
        if fork:
            self._start()

    def __enter__(self) -> Runner:
        """Return itself."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """End the zygotes and what still runs; after an error without waiting."""
        if self._process:
            self._end(at_once=kind is not None)
        shutil.rmtree(self._folder, ignore_errors=True)

    def environment(self) -> Environment:
        """Describe where this runner's programs run.

        Raises:
            RuntimeError: No program can be run here.
        """
        [(_, answer)] = self._answers([Job("", None, "", [], 120.0, [], [], False)])
        if "lost" in answer or "ended" in answer:
            raise RuntimeError(answer.get("lost") or answer["exception"])
        return Environment(**answer)

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
            RuntimeError: No program can be run here.
        """
        jobs = [
            Job(
                snippet.name,
                snippet.source,
                snippet.filename,
                [(section.name, section.first) for section in snippet.sections],
                snippet.time_limit,
                (collect or {}).get(snippet.name, []),
                list((figures or {}).get(snippet.name, [])),
                trace,
            )
            for snippet in snippets
        ]
        for name, answer in self._answers(jobs):
            answer["figures"] = {
                Shot(kind, section, tuple(names)): data
                for (kind, section, names), data in answer.get("figures", ())
            }
            yield name, Result(**answer)

    def _answers(self, jobs: list[Job]) -> Iterator[tuple[str, dict[str, Any]]]:
        if self._process:
            yield from self._forked(jobs)
            return
        with ThreadPoolExecutor(self._workers) as pool:
            results = pool.map(lambda job: alone(job, self._variables), jobs)
            yield from zip([job.name for job in jobs], results)

    def _forked(self, jobs: list[Job]) -> Iterator[tuple[str, dict[str, Any]]]:
        few = deque(job for job in jobs if needs_more(job.source or ""))
        most = deque(job for job in jobs if not needs_more(job.source or ""))
        suspects: deque[Job] = deque()
        while few or most or suspects or self._running:
            try:
                self._hand_out(few, most, suspects)
                for job, answer in self._listen():
                    yield job.name, answer
            except GeneratorExit:  # the rest is not wanted
                self._end()
                self._start()
                raise
            except _GoneError:
                lost = self._running
                ended = self._end()
                if not lost:
                    names = ", ".join(job.name for job in [*most, *few][:3])
                    raise RuntimeError(
                        f"the process that runs programs left with status {ended} "
                        f"before it could run any of: {names}, ..."
                    ) from None
                self._start()
                if len(lost) == 1:
                    yield lost[0].name, _lost(lost[0])
                else:  # which of them was it? One after the other will tell
                    suspects.extend(lost)

    @property
    def _running(self) -> list[Job]:
        return [
            job for z in (self._first, self._second) for job, _ in z.running.values()
        ]

    def _hand_out(
        self, few: deque[Job], most: deque[Job], suspects: deque[Job]
    ) -> None:
        """Start as many programs as may run beside those that do."""
        first, second = self._first, self._second
        if few and first.ready and not self._has_second:
            first.send(0, None)
            self._has_second = True
        importing = self._has_second and not second.ready
        free = (1 if suspects else self._workers) - len(self._running) - importing
        for _ in range(free):
            if suspects and first.ready:
                zygote, jobs = first, suspects
            elif few and second.ready:
                zygote, jobs = second, few
            elif most and first.ready:
                zygote, jobs = first, most
            else:
                return
            self._number += 1
            zygote.send(self._number, jobs.popleft())

    def _listen(self) -> Iterator[tuple[Job, dict[str, Any]]]:
        """Wait for answers; a zygote that is late with one counts as gone."""
        zygotes = [self._first, *([self._second] if self._has_second else [])]
        late = [late for z in zygotes for _, late in z.running.values()]
        timeout = max(0.0, min(late) - time.monotonic()) if late else None
        ready, _, _ = select.select(zygotes, [], [], timeout)
        if not ready:
            raise _GoneError
        for zygote in ready:
            yield from zygote.answers()

    def _start(self) -> None:
        self._first, self._second = _Zygote(), _Zygote()
        self._has_second = False
        theirs = [self._first.theirs.fileno(), self._second.theirs.fileno()]
        command = [sys.executable, "-m", "sitebuild.run.zygote", *map(str, theirs)]
        self._process = subprocess.Popen(
            [*command, self._folder],
            stdin=subprocess.DEVNULL,
            pass_fds=theirs,
            env=self._variables,
            start_new_session=True,  # so Ctrl-C is for us alone
        )
        self._first.theirs.close()
        self._second.theirs.close()

    def _end(self, *, at_once: bool = False) -> int:
        """End the zygotes and what they run; return the exit status."""
        assert self._process
        late = at_once or any(self._running)
        self._first.ours.close()
        self._second.ours.close()
        try:
            return self._process.wait(0 if late else GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            _end_all(self._folder)


def _variables(folder: str, threads: int) -> dict[str, str]:
    """Return the environment that zygotes and programs get."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED or name.startswith(_PASSED_GROUPS)
    }
    variables["PYTHONUSERBASE"] = site.getuserbase()  # below the home that goes
    variables.update(dict.fromkeys(HOMES, folder))
    variables.update(PYTHONHASHSEED="0", PYTHONUTF8="1", PYTHONPATH=ROOT)
    # A fork is only safe while the zygote has not touched the driver.
    variables["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    if threads:  # time is measured
        variables["OMP_NUM_THREADS"] = variables["MKL_NUM_THREADS"] = str(threads)
    else:  # threads that wait are not to take the core of the program beside
        variables["OMP_WAIT_POLICY"] = "passive"
    return variables


def _lost(job: Job) -> dict[str, Any]:
    return {
        "ended": "lost",
        "exception": "while it ran, the process that runs programs ended or stood still",
        "outputs": {name: "" for name, _ in job.sections},
    }


def _end_all(folder: str) -> None:
    """Kill every process that was started with `folder` for its files."""
    for file in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it has ended, or is not ours
            if folder.encode() in file.read_bytes():
                os.kill(int(file.parent.name), KILL)
