"""Run snippets, each in its own process, and give their results.

Importing torch takes about a second, forking a process that has imported it
some milliseconds. So one process, the *zygote* (``python -m sitebuild.run``),
imports torch, computes nothing, stays single-threaded, and forks once for each
snippet. Where fork is not safe (macOS, Windows) every snippet starts a Python
of its own: slower, with the same results.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from sitebuild import child
from sitebuild.snippets import Problem, Snippet

FORK = sys.platform.startswith("linux")
# Imported once, so not in every snippet. torch itself puts off importing
# torch._dynamo (a second!) until the first step of an optimizer, for instance.
PRELOADED = (
    "numpy",
    "torch",
    "torch._dynamo",
    "torch._subclasses.schema_check_mode",  # at the first print of a tensor
)
POLL = 0.001  # seconds between two looks at the running snippets
GRACE = 0.5  # seconds from asking a process to say where it is to killing it


@dataclass(frozen=True)
class Result:
    """What one run of one snippet gave."""

    ended: str  # end, exception, exit, died, time limit, too much output
    outputs: dict[str, str]  # by section, as printed, cleaned of noise
    exception: str = ""  # its type's name
    line: int = 0  # where it ended, if not at the end
    status: int = 0  # of a process that died: exit status, or -signal
    executed: tuple[int, ...] = ()  # lines, when traced
    missed: tuple[int, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)  # see `sitebuild.figures`

    @property
    def output(self) -> str:
        """All that was printed, section after section."""
        return "".join(self.outputs.values())


def problem(snippet: Snippet, result: Result) -> Problem | None:
    """Compare how `snippet` ended with what it announces."""

    def wrong(line: int, message: str, advice: str) -> Problem:
        if snippet.path.endswith(".ipynb"):  # whose file has other lines
            cell = next(s for s in reversed(snippet.sections) if s.first <= line)
            text = snippet.lines(line, line).strip()
            message = f"the code cell {cell.name!r}, at `{text}`, {message}"
        return Problem(snippet.path, line, message, advice)

    last = result.output.rstrip().rpartition("\n")[2][:200]
    if result.ended == "end":
        if snippet.raises is None:
            return None
        return wrong(
            snippet.raises[1],
            f"announces {snippet.raises[0]} and does not raise it",
            "torch has changed, or the snippet: correct the text around it, then "
            "remove the `# raises` comment",
        )
    if result.ended == "exception":
        if snippet.raises == (result.exception, result.line):
            return None
        if snippet.raises is None:
            return wrong(
                result.line,
                f"raises {result.exception} without announcing it: {last}",
                "correct the line, or, if the error is what the page shows, end "
                f"the line with `# raises {result.exception}`",
            )
        name, line = snippet.raises
        return wrong(
            result.line,
            f"announces {name} on line {line}, but raises {result.exception} "
            f"on line {result.line}: {last}",
            "let the announced line raise the announced exception, or announce "
            "this one",
        )
    if result.ended == "exit":
        return wrong(
            result.line, "leaves by sys.exit()", "let the program end by itself"
        )
    if result.ended == "time limit":
        return wrong(
            result.line,
            f"was still running after {snippet.time_limit:g} s",
            "make it shorter, or write `# time limit: N s (reason)` on top",
        )
    if result.ended == "too much output":
        return wrong(
            result.line,
            f"prints more than {child.OUTPUT_LIMIT // 1024} KiB",
            "print less: a reader reads this",
        )
    how = (
        f"was killed by {signal.Signals(-result.status).name}"
        if result.status < 0
        else f"left with status {result.status}, past Python"
    )
    return wrong(
        result.line, f"the process {how}", "find out what line does it, and why"
    )


# --- one process for one snippet ------------------------------------------


@dataclass
class _Process:
    """A snippet under way."""

    job: dict[str, Any]
    folder: Path
    pid: int
    poll: Callable[[], int | None]
    signal: Callable[[int], None]  # to the process and all it started
    started: float = field(default_factory=time.monotonic)
    asked: float = 0.0  # when it was asked to say where it is
    ended: str = ""


def _start(
    job: dict[str, Any], fork: bool, variables: dict[str, str] | None = None
) -> _Process:
    folder = Path(tempfile.mkdtemp(prefix="snippet-"))
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    if fork:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            child.main(folder)
        ended: list[int] = []

        def poll() -> int | None:
            if not ended:
                found, status = os.waitpid(pid, os.WNOHANG)
                if not found:
                    return None
                ended.append(os.waitstatus_to_exitcode(status))
            return ended[0]

        def send(number: int) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)

        return _Process(job, folder, pid, poll, send)

    process = subprocess.Popen(
        [sys.executable, "-m", "sitebuild.child", str(folder)],
        start_new_session=True,
        env=variables,
    )

    def send_to_group(number: int) -> None:
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        else:
            process.kill()

    return _Process(job, folder, process.pid, process.poll, send_to_group)


def _watch(process: _Process) -> dict[str, Any] | None:
    """Look at a process once: its result if it is over, else None."""
    status = process.poll()
    now = time.monotonic()
    if status is None:
        output = process.folder / "output"
        if output.exists() and output.stat().st_size > child.OUTPUT_LIMIT:
            process.ended = "too much output"
            process.signal(_KILL)
        elif process.asked and now > process.asked + GRACE:
            process.signal(_KILL)
        elif not process.asked and now > process.started + process.job["limit"]:
            # SIGABRT makes faulthandler write down the line under way.
            process.ended, process.asked = "time limit", now
            process.signal(getattr(signal, "SIGABRT", _KILL))
        return None
    process.signal(_KILL)  # what the snippet started and left behind
    try:
        return _collect(process, status)
    finally:
        shutil.rmtree(process.folder, ignore_errors=True)


_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _collect(process: _Process, status: int) -> dict[str, Any]:
    folder, job = process.folder, process.job
    broken = folder / "broken"
    if broken.exists():  # our own fault, or a snippet took our files from us
        text = broken.read_text(encoding="utf-8")
        if job["source"] is None:
            raise RuntimeError(text)
        print(text, file=sys.stderr)  # and go on: the others are to be reported
    result_file = folder / "result.json"
    if job["source"] is None:
        found: dict[str, Any] = json.loads(result_file.read_text(encoding="utf-8"))
        return found
    output = folder / "output"
    with output.open("rb") if output.exists() else open(os.devnull, "rb") as stream:
        raw = stream.read(child.OUTPUT_LIMIT + 1)
    ended = process.ended
    if len(raw) > child.OUTPUT_LIMIT:
        ended, raw = "too much output", raw[: child.OUTPUT_LIMIT]
    if result_file.exists() and not ended:
        result: dict[str, Any] = json.loads(result_file.read_text(encoding="utf-8"))
    else:
        line = folder / "line"
        number = int((line.read_text() if line.exists() else "").strip() or 0)
        fault = folder / "fault"
        deepest = re.search(
            rf'File "{re.escape(job["filename"])}", line (\d+)',
            fault.read_text() if fault.exists() else "",
        )
        result = {
            "ended": ended or "died",
            "line": int(deepest[1]) if deepest else number,
            "status": status,
            "starts": [0] * len(job["marks"]),
        }
    starts = [*result.pop("starts"), len(raw)]
    result["outputs"] = {
        name: child.clean(raw[start:end].decode("utf-8", "replace"))
        for name, start, end in zip(job["names"], starts, starts[1:])
    }
    return result


# --- the zygote: many snippets ---------------------------------------------


def _adopt_orphans() -> None:
    """Become the parent of what an ended snippet leaves, whatever its session."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: prctl(2)


def _end_orphans(running: list[_Process]) -> None:
    """Kill our children but for the snippets that are `running`."""
    known = {process.pid for process in running}
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(OSError):  # a kernel without that file
        while orphans := set(map(int, children.read_text().split())) - known:
            for pid in orphans:
                os.kill(pid, _KILL)
                os.waitpid(pid, 0)  # its own children come to us


def _zygote(workers: int) -> None:
    """Fork for each job that comes in on stdin; answer on stdout, one a line."""
    _adopt_orphans()
    for module in PRELOADED:
        with contextlib.suppress(ImportError):  # old versions of torch lack some
            importlib.import_module(module)
    gc.freeze()  # or each child's collector would copy all pages it looks at

    answers = os.dup(1)
    os.dup2(2, 1)
    waiting: deque[dict[str, Any]] = deque()
    running: list[_Process] = []
    unread, closed = b"", False
    while not (closed and not waiting and not running):
        ready, _, _ = select.select(
            [] if closed else [0], [], [], POLL if running or waiting else None
        )
        if ready:
            chunk = os.read(0, 1 << 16)
            closed = not chunk
            *lines, unread = (unread + chunk).split(b"\n")
            waiting.extend(json.loads(line) for line in lines)
        while waiting and len(running) < workers:
            running.append(_start(waiting.popleft(), fork=True))
        for process in list(running):
            result = _watch(process)
            if result is not None:
                running.remove(process)
                _end_orphans(running)
                answer = json.dumps({"name": process.job["name"], "result": result})
                with open(answers, "w", encoding="utf-8", closefd=False) as stream:
                    stream.write(answer + "\n")


def _alone(
    job: dict[str, Any], variables: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """Run one job in a Python of its own: where fork is not safe."""
    process = _start(job, fork=False, variables=variables)
    while (result := _watch(process)) is None:
        time.sleep(POLL * 20)
    return job["name"], result


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
        self._workers = workers or len(os.sched_getaffinity(0)) if FORK else 2
        variables = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        variables["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
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
                [sys.executable, "-m", "sitebuild.run", str(self._workers)],
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

    def environment(self) -> dict[str, Any]:
        """Describe where this runner's snippets run (see `child.environment`)."""
        job = {"name": "", "source": None, "limit": 120.0}
        return dict(self._answers([job]))[""]

    def run(
        self,
        snippets: Iterable[Snippet],
        *,
        collect: dict[str, list[str]] | None = None,
        figures: Mapping[str, Sequence[tuple[str, str, tuple[str, ...]]]] | None = None,
        trace: bool = False,
    ) -> Iterator[tuple[str, Result]]:
        """Run `snippets`, as many at a time as there are workers.

        Args:
            snippets: What to run; two with one name would be mixed up.
            collect: Per snippet name, the variables whose measurements are
                wanted in `Result.data`.
            figures: Per snippet name, the figures to take down: kind, section
                and names (see `pages.wanted`).
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
            yield name, Result(**answer)

    def _answers(
        self, jobs: list[dict[str, Any]]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if self._zygote is None:
            with ThreadPoolExecutor(self._workers) as pool:
                yield from pool.map(lambda job: _alone(job, self._variables), jobs)
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


if __name__ == "__main__":
    _zygote(int(sys.argv[1]))
