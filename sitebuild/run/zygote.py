"""The zygote: one process that imports torch once and forks for each snippet.

Importing torch takes about a second, forking a process that has imported it
some milliseconds. So one process, the *zygote*, imports torch, computes
nothing, stays single-threaded, and forks once for each snippet.

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
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from sitebuild.run import child
from sitebuild.run.clean import clean
from sitebuild.run.result import OUTPUT_LIMIT

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
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


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
        [sys.executable, "-m", "sitebuild.run.child", str(folder)],
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
        if output.exists() and output.stat().st_size > OUTPUT_LIMIT:
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
        raw = stream.read(OUTPUT_LIMIT + 1)
    ended = process.ended
    if len(raw) > OUTPUT_LIMIT:
        ended, raw = "too much output", raw[:OUTPUT_LIMIT]
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
        name: clean(raw[start:end].decode("utf-8", "replace"))
        for name, start, end in zip(job["names"], starts, starts[1:])
    }
    return result


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


def main(workers: int) -> None:
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


def alone(job: dict[str, Any], variables: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Run one job in a Python of its own: where fork is not safe."""
    process = _start(job, fork=False, variables=variables)
    while (result := _watch(process)) is None:
        time.sleep(POLL * 20)
    return job["name"], result


if __name__ == "__main__":
    main(int(sys.argv[1]))
