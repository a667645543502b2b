"""Run programs, each in its own process, and give their results.

Where fork is safe, zygotes are asked for each (see `sitebuild.run.zygote`).
Where it is not (macOS, Windows), every program starts a Python of its own:
slower, with the same results.
"""

from __future__ import annotations

import contextlib
import os
import re
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
from sitebuild.run.zygote import Channel, needs_more

FORK = sys.platform.startswith("linux")
_TIMES = re.compile(r"\btimeit\b|perf_counter")  # a program that compares times
PATIENCE = 5.0  # seconds that a zygote may be late with an answer
# What programs see of the environment: no secrets of whoever builds.
_PASSED = {
    *("PATH", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME", "LD_LIBRARY_PATH"),
    *("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS"),
}
_GROUPS = ("LC_", "PYTHON", "OMP_", "MKL_", "CUDA_", "NVIDIA_", "TORCH", "PYTORCH")


class _Zygote(Channel):
    """Our end of a zygote. An `OSError` says that it has ended, or stands still."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        super().__init__(ours)
        self.asked = self.ready = False
        self.running: dict[str, tuple[Job, float]] = {}  # with the time it may take

    def start(self, job: Job) -> None:
        """Ask for a run."""
        late = time.monotonic() + job.limit + GRACE + PATIENCE
        self.running[job.name] = job, late
        self.send(vars(job))

    def answers(self) -> Iterator[tuple[Job, dict[str, Any]]]:
        """Yield what has come in."""
        for name, answer in self.receive():
            if name is None:
                self.ready = True
            else:
                yield self.running.pop(name)[0], answer


class Runner(contextlib.AbstractContextManager["Runner"]):
    """Runs programs until it is closed; use it in a ``with`` block.

    Args:
        workers: How many programs run at the same time; if 0, as many as cores.
        threads: Threads that torch may use in one program; if 0, its own choice.
        fork: Whether to fork from a zygote; by default where that is safe.
    """

    def __init__(self, workers: int = 0, threads: int = 0, fork: bool = FORK) -> None:
        """Start the zygote; it imports torch while the caller goes on."""
        self._workers = workers or (len(os.sched_getaffinity(0)) if FORK else 2)
        self._folder = tempfile.mkdtemp(prefix="snippets-")
        self._variables = _variables(self._folder, threads)
        self._process: subprocess.Popen[bytes] | None = None
        if fork:
            self._start()

    def __exit__(self, kind: object, *_: object) -> None:
        """End the zygotes and what still runs; after an error without waiting."""
        if self._process:
            self._end(at_once=kind is not None)
        shutil.rmtree(self._folder, ignore_errors=True)

    def environment(self) -> Environment:
        """Describe where programs run; raise `RuntimeError` if none can."""
        [(_, answer)] = self._answers([Job("", None, "", limit=120.0)])
        if "lost" in answer or "ended" in answer:
            raise RuntimeError(answer.get("lost") or answer["exception"])
        return Environment(**answer)

    def run(
        self,
        snippets: Iterable[Snippet],
        figures: Mapping[str, Sequence[Shot]] | None = None,
    ) -> Iterator[tuple[str, Result]]:
        """Run `snippets`; yield their names and results in the order in which they end.

        Two of one name would be mixed up. `figures` are those to take, by name.
        Where no program can be run, raise `RuntimeError`.
        """
        jobs = [
            Job(
                snippet.name,
                snippet.source,
                snippet.filename,
                snippet.time_limit,
                [(section.name, section.first) for section in snippet.sections],
                (figures or {}).get(snippet.name, ()),
                snippet.is_benchmark,
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
        timed = [job for job in jobs if _TIMES.search(job.source or "")]
        rest = [job for job in jobs if job not in timed]
        few = deque(job for job in rest if needs_more(job.source or ""))
        most = deque(job for job in rest if not needs_more(job.source or ""))
        single: deque[Job] = deque()
        while few or most or single or timed or self._running:
            try:
                if not (few or most or single or self._running):
                    single.extend(timed)  # now nothing runs beside them
                    timed.clear()
                self._hand_out(few, most, single)
                for job, answer in self._listen():
                    yield job.name, answer
            except GeneratorExit:  # the rest is not wanted
                self._end()
                self._start()
                raise
            except OSError:
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
                    single.extend(lost)

    @property
    def _running(self) -> list[Job]:
        return [job for z in self._zygotes for job, _ in z.running.values()]

    def _hand_out(self, few: deque[Job], most: deque[Job], single: deque[Job]) -> None:
        """Start as many programs as may run beside those that do."""
        first, second = self._zygotes
        if few and first.ready and not second.asked:
            first.send(None)
            second.asked = True
        importing = second.asked and not second.ready
        free = (1 if single else self._workers) - len(self._running) - importing
        for _ in range(free):
            if single and first.ready:
                first.start(single.popleft())
            elif few and second.ready:
                second.start(few.popleft())
            elif most and first.ready:
                first.start(most.popleft())

    def _listen(self) -> Iterator[tuple[Job, dict[str, Any]]]:
        """Wait for answers; a zygote that is late with one counts as gone."""
        late = [late for z in self._zygotes for _, late in z.running.values()]
        timeout = max(0.0, min(late) - time.monotonic()) if late else None
        ready, _, _ = select.select(self._zygotes, [], [], timeout)
        if not ready:
            raise TimeoutError
        for zygote in ready:
            yield from zygote.answers()

    def _start(self) -> None:
        self._zygotes = _Zygote(), _Zygote()
        theirs = [zygote.theirs.fileno() for zygote in self._zygotes]
        command = [sys.executable, "-m", "sitebuild.run.zygote", *map(str, theirs)]
        self._process = subprocess.Popen(
            [*command, self._folder],
            stdin=subprocess.DEVNULL,
            pass_fds=theirs,
            env=self._variables,
            start_new_session=True,  # so Ctrl-C is for us alone
        )
        for zygote in self._zygotes:
            zygote.theirs.close()

    def _end(self, *, at_once: bool = False) -> int:
        """End the zygotes and what they run; return the exit status."""
        assert self._process
        late = at_once or any(self._running)
        for zygote in self._zygotes:
            zygote.socket.close()
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
        if name in _PASSED or name.startswith(_GROUPS)
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
