"""Execute one program in this process and report what happened.

The process is the program's own: forked from one that has imported torch (see
`sitebuild.run.zygote`), or started anew with ``python -m sitebuild.run.child``
where fork is not safe. Everything the program changes ends with it.

It writes into two files that have no name, so that no program comes upon them:
the output, and the report. What is needed after the program has run is imported
before, by name: a program may have replaced `os.write` by then.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import faulthandler
import io
import json
import linecache
import os
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps
from os import _exit, fstat, ftruncate, getpid, lseek, write
from pathlib import Path
from typing import Any

from sitebuild.run import environment
from sitebuild.run.capture import Shot, attempt
from sitebuild.run.clean import own_frames

if sys.platform != "win32":
    import fcntl
    import resource

ROOT = str(Path(__file__).resolve().parents[2])
FILE_LIMIT = 256 * 1024**2  # bytes in one file that a program writes
HOMES = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")
HEAD = 10  # bytes of the report before what is said at the end: the line under way


@dataclass(frozen=True)
class Job:
    """What is asked of one process. Without a source: to describe itself."""

    name: str
    source: str | None
    filename: str
    limit: float  # seconds
    sections: Sequence[tuple[str, int]] = ()  # name and first line of each
    figures: Sequence[Shot] = ()
    measures: bool = False  # with perfplot, into `data`


class _Report:
    """What the process says of itself, in a file that only its starter reads."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._process = getpid()
        self.line(0)
        faulthandler.enable(descriptor)  # writes behind the line

    def line(self, number: int) -> None:
        """Note the line of the statement under way."""
        lseek(self.descriptor, 0, os.SEEK_SET)
        write(self.descriptor, b"%-*d" % (HEAD, number))

    def end(self, answer: dict[str, Any]) -> None:
        """Say how it ended; nothing that was written before counts any more."""
        if getpid() != self._process:
            return  # a process that the program forked, and that came back
        text = dumps(answer).encode()
        ftruncate(self.descriptor, HEAD)
        lseek(self.descriptor, HEAD, os.SEEK_SET)
        while text:
            text = text[write(self.descriptor, text) :]


class _Execution:
    """One program on its way."""

    def __init__(self, job: Job, output: int, report: _Report) -> None:
        self.job = job
        self.output = output
        self.report = report
        self.module = _main_module(job)
        self.tree = ast.parse(job.source or "", job.filename)
        self.line = 0  # of the statement under way
        self.starts = [0]  # the offset in the output at which each section begins
        self.drawn: list[tuple[Shot, dict[str, Any]]] = []

    def run(self) -> dict[str, Any]:
        """Execute statement after statement; return what came of it."""
        ended, line = "end", 0
        error: BaseException | None = None
        try:
            self._statements()
        except SystemExit as exit_:
            ended, error = "exit", exit_
        except BaseException as raised:
            ended, error = "exception", raised
            line = self._show(raised)
        self._section_ends()
        while len(self.starts) < len(self.job.sections):
            self.starts.append(fstat(self.output).st_size)
        measured = self.job.measures and ended == "end"
        return {
            "ended": ended,
            "exception": str(type(error).__name__) if error else "",
            "line": line or self.line,
            "starts": self.starts,
            "data": _plain(self.module.__dict__["data"]) if measured else {},
            "figures": self.drawn,
        }

    def _statements(self) -> None:
        futures = 0  # `from __future__ import annotations` holds for what follows
        for statement in self.tree.body:
            # A decorator stands above the line of the `def` it belongs to.
            decorators = getattr(statement, "decorator_list", [])
            self.line = min([statement.lineno, *(d.lineno for d in decorators)])
            for _, first in self.job.sections[len(self.starts) :]:
                if first <= self.line:
                    self._section_ends()
                    self.starts.append(fstat(self.output).st_size)
            self.report.line(self.line)
            part = ast.Module([statement], [])
            code = compile(part, self.job.filename, "exec", futures, dont_inherit=True)
            futures |= code.co_flags & annotations.compiler_flag
            exec(code, self.module.__dict__)

    def _section_ends(self) -> None:
        section = self.job.sections[len(self.starts) - 1][0]
        for kind, where, names in self.job.figures:
            if where == section:
                shot = Shot(kind, where, tuple(names))
                self.drawn.append((shot, attempt(shot, self.module.__dict__)))

    def _show(self, error: BaseException) -> int:
        """Write a traceback as the prompt does; return the line of the error."""
        found = traceback.TracebackException.from_exception(error)
        own_frames(found, self.job.filename)
        text = "".join(found.format()).encode("utf-8", "backslashreplace")
        # Past sys.stderr, which the program may have closed or put elsewhere.
        write(self.output, text)
        return next((f.lineno or 0 for f in reversed(found.stack)), 0)


def _main_module(job: Job) -> types.ModuleType:
    """Make the module that the program is; take away what only the build has."""
    lines = (job.source or "").splitlines(keepends=True)
    linecache.cache[job.filename] = (len(lines), None, lines, job.filename)
    module = types.ModuleType("__main__")
    module.__file__ = job.filename
    module.__builtins__ = builtins  # type: ignore[attr-defined]
    sys.modules["__main__"] = module
    sys.argv = [job.filename]
    sys.path[:] = [os.getcwd(), *(p for p in sys.path[1:] if p != ROOT)]
    os.environ.pop("PYTHONPATH", None)
    return module


def _move_in(folder: Path) -> None:
    """Let `folder` be home and /tmp of this process, and work in one below it."""
    work = folder / "work"
    work.mkdir()
    os.chdir(work)
    for name in HOMES:
        os.environ[name] = str(folder)
    tempfile.tempdir = None  # it may have been asked for already, before the fork


def _redirect(job: Job, output: int) -> None:
    """Let standard streams read nothing and write into `output`, but not too much."""
    if sys.platform != "win32":
        fcntl.fcntl(output, fcntl.F_SETFL, os.O_APPEND)
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = io.TextIOWrapper(
            io.FileIO(descriptor, "w", closefd=False),  # unbuffered: order is kept
            encoding="utf-8",
            errors="backslashreplace",
            write_through=True,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)

    def format_warning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        line: str | None = None,
    ) -> str:
        where = f"{job.filename}:{lineno}: " if filename == job.filename else ""
        return f"{where}{category.__name__}: {message}\n"

    warnings.formatwarning = format_warning


def _plain(value: Any) -> Any:
    """Turn what a program measured into JSON's types (perfplot's data only)."""
    return {
        "n_range": [int(n) for n in value.n_range],
        "labels": list(value.labels),
        "seconds": [[float(t) for t in row] for row in value.timings_s],
    }


def main(job: Job, folder: Path, output: int, report: int) -> None:
    """Do the job and leave the process at once.

    Nothing that the program leaves behind (exit handlers, threads) runs on. Its
    folder is empty; what it prints, and what is said of it, go into open files.
    """
    status = 1
    try:
        said = _Report(report)
        try:
            _move_in(folder)
            if job.source is None:
                answer = dataclasses.asdict(environment.here())
            else:
                _redirect(job, output)
                answer = _Execution(job, output, said).run()
        except BaseException:  # not as a program ends
            answer = {"lost": traceback.format_exc()}
        said.end(answer)
        status = 0
    finally:
        _exit(status)


if __name__ == "__main__":  # standard input: the job; output and error: the files
    # What is printed before the program begins is none of its doing.
    files = os.dup(1), os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    main(Job(**json.load(sys.stdin)), Path(sys.argv[1]), *files)
