"""The process of one program: start it, watch its limits, collect what it gave."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

from sitebuild.run import child
from sitebuild.run.child import HEAD, Job
from sitebuild.run.clean import clean
from sitebuild.run.result import OUTPUT_LIMIT

TICK = 0.05  # seconds between two looks at the limits of a process
GRACE = 0.5  # seconds from asking a process to say where it is to killing it
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_ABORT = getattr(signal, "SIGABRT", KILL)
_PDEATHSIG = 1
_KEYS = {"ended", "exception", "line", "starts", "data", "figures"}


class Process:
    """A program under way, in a session and a folder of its own."""

    def __init__(self, job: Job, below: str | None = None) -> None:
        """Make a folder `below` another, and the files that have no name."""
        self.job = job
        self.pid = 0
        self.folder = Path(tempfile.mkdtemp(prefix="snippet-", dir=below))
        self.output = _nameless()
        self.report = _nameless()
        self._started = time.monotonic()
        self._asked = 0.0  # when it was asked to say where it is
        self._ended = ""  # why we ended it

    def signal(self, number: int) -> None:
        """Send a signal to the process and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def check(self) -> None:
        """Look whether the process keeps to its limits; end it if not."""
        now = time.monotonic()
        if os.fstat(self.output).st_size > OUTPUT_LIMIT:
            self._ended = "too much output"
            self.signal(KILL)
        elif self._asked and now > self._asked + GRACE:
            self.signal(KILL)
        elif not self._asked and now > self._started + self.job.limit:
            # SIGABRT makes faulthandler write down the line under way.
            self._ended, self._asked = "time limit", now
            self.signal(_ABORT)

    def collect(self, status: int) -> dict[str, Any]:
        """Return what came of it, and remove what it left; it has ended."""
        self.signal(KILL)  # what it started
        try:
            report = _read(self.report)
            if self.job.source is None:
                return _said(report) or {"lost": f"it left with status {status}"}
            return self._result(report, _read(self.output, OUTPUT_LIMIT + 1), status)
        finally:
            os.close(self.output)
            os.close(self.report)
            _remove(self.folder)

    def _result(self, report: bytes, output: bytes, status: int) -> dict[str, Any]:
        ended = self._ended
        if len(output) > OUTPUT_LIMIT:
            ended, output = "too much output", output[:OUTPUT_LIMIT]
        said = {} if ended or status else _said(report)
        lost = str(said.get("lost", "")).rstrip()
        if set(said) != _KEYS:
            said = {
                "ended": ended or ("lost" if lost else "died"),
                "exception": lost.rpartition("\n")[2],
                "line": self._line(report),
                "status": status,
                "starts": [0] * len(self.job.sections),
            }
        starts = [*said.pop("starts"), len(output)]
        said["outputs"] = {
            name: clean(output[start:end].decode("utf-8", "replace"))
            for (name, _), start, end in zip(self.job.sections, starts, starts[1:])
        }
        return said

    def _line(self, report: bytes) -> int:
        """Return the line that faulthandler saw, or of the statement under way."""
        place = rf'File "{re.escape(self.job.filename)}", line (\d+)'
        deepest = re.search(place, report[HEAD:].decode("utf-8", "replace"))
        return int(deepest[1] if deepest else report[:HEAD].strip() or 0)


def _nameless() -> int:
    """Return a new file that no folder lists."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("snippet")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _read(descriptor: int, size: int = -1) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        return file.read(size)


def _said(report: bytes) -> dict[str, Any]:
    """Return what a process said when it ended; nothing, if it was no dict."""
    with contextlib.suppress(ValueError):
        said = json.loads(report[HEAD:])
        if isinstance(said, dict):
            return said
    return {}


def _remove(folder: Path) -> None:
    try:  # nearly always there is nothing in it
        os.rmdir(folder / "work")
        os.rmdir(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)


def prctl(option: int, value: int) -> None:
    """Set something of this process: see prctl in the manual."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_with(parent: int) -> None:
    """Let this process be killed when `parent`, which forked it, ends."""
    prctl(_PDEATHSIG, KILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(1)


def fork(job: Job, leave: Callable[[], None]) -> Process:
    """Run `job` in a fork of this process, which calls `leave` first."""
    process = Process(job)
    parent = os.getpid()
    process.pid = os.fork()
    if process.pid == 0:
        end_with(parent)
        os.setsid()
        leave()
        child.main(job, process.folder, process.output, process.report)
    return process


def alone(job: Job, variables: dict[str, str]) -> dict[str, Any]:
    """Run `job` in a Python of its own, where fork is not safe; return its result."""
    process = Process(job, variables["TMPDIR"])
    with tempfile.TemporaryFile() as stdin:
        stdin.write(json.dumps(vars(job)).encode())
        stdin.seek(0)
        started = subprocess.Popen(
            [sys.executable, "-m", "sitebuild.run.child", str(process.folder)],
            stdin=stdin,
            stdout=process.output,
            stderr=process.report,
            start_new_session=True,
            env=variables,
        )
    process.pid = started.pid
    while True:
        try:
            return process.collect(started.wait(TICK))
        except subprocess.TimeoutExpired:
            process.check()
