"""Execute one snippet in this process and write down what happened.

The process is the snippet's own: forked from one that has imported torch
(see `sitebuild.run.zygote`), or started anew with
``python -m sitebuild.run.child DIR`` where fork is not safe. Everything the
snippet changes ends with it.

Standard library only (torch comes with the snippet), and Python 3.9.
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
import shutil
import sys
import traceback
import types
import warnings
from pathlib import Path
from typing import Any, TextIO

from sitebuild.run import environment
from sitebuild.run.capture import Shot, attempt
from sitebuild.run.clean import own_frames

FILE_LIMIT = 256 * 1024**2  # bytes in one file that a snippet writes


def _plain(value: Any) -> Any:
    """Turn what a snippet measured into JSON's types (perfplot's data only)."""
    return {
        "n_range": [int(n) for n in value.n_range],
        "labels": list(value.labels),
        "seconds": [[float(t) for t in row] for row in value.timings_s],
    }


def _executable_lines(code: types.CodeType) -> set[int]:
    import dis

    lines = {line for _, line in dis.findlinestarts(code) if line}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            lines |= _executable_lines(constant)
    return lines


def execute(job: dict[str, Any], folder: Path) -> None:
    """Run the snippet of `job`; leave its traces in `folder`.

    `job` has `source`, `filename`, `marks` (the first line of each section),
    `names` (the sections'), `collect` (variables whose measurements are wanted),
    `figures` (a `Shot` each) and `trace`. Written:
    ``output`` (stdout and stderr as they came), ``line`` (the statement under
    way), ``fault`` (where a crash was), and, if the snippet comes to an end
    that Python knows of, ``result.json``.
    """
    source, filename = job["source"], job["filename"]
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    progress = os.open(folder / "line", os.O_WRONLY | os.O_CREAT, 0o600)
    fault = open(folder / "fault", "w")  # noqa: SIM115  (open while we live)
    faulthandler.enable(fault)
    work = folder / "work"
    work.mkdir()
    os.chdir(work)
    try:
        import resource
    except ImportError:  # Windows
        pass
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.FileIO(descriptor, "w", closefd=False)
        stream = io.TextIOWrapper(
            raw,  # unbuffered, so that order is kept
            encoding="utf-8",
            errors="backslashreplace",
            write_through=True,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)

    def show_warning(
        message: Warning | str,
        category: type[Warning],
        file: str,
        lineno: int,
        to: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        where = f"{filename}:{lineno}: " if file == filename else ""
        print(f"{where}{category.__name__}: {message}", file=to or sys.stderr)

    warnings.showwarning = show_warning  # type: ignore[assignment]
    source_lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, source_lines, filename)
    module = types.ModuleType("__main__")
    module.__file__ = filename
    module.__builtins__ = builtins  # type: ignore[attr-defined]
    sys.modules["__main__"] = module
    sys.argv = [filename]

    tree = ast.parse(source, filename)
    executed: set[int] = set()
    if job["trace"]:

        def tracer(frame: types.FrameType, event: str, arg: Any) -> Any:
            if frame.f_code.co_filename != filename:
                return None
            executed.add(frame.f_lineno)
            return tracer

        sys.settrace(tracer)

    drawn: list[tuple[Shot, dict[str, Any]]] = []

    def section_ends(section: str) -> None:
        for kind, where, names in job["figures"]:
            if where == section:
                shot = Shot(kind, where, tuple(names))
                drawn.append((shot, attempt(shot, module.__dict__)))

    starts = [0]  # the offset in the output at which each section begins
    marks = job["marks"]
    ended, error_line, statement_line = "end", 0, 0
    error: BaseException | None = None
    futures = 0  # `from __future__ import annotations` holds for what follows it
    try:
        for statement in tree.body:
            # A decorator stands above the line of the `def` it belongs to.
            decorators = getattr(statement, "decorator_list", [])
            statement_line = min([statement.lineno, *(d.lineno for d in decorators)])
            while len(starts) < len(marks) and statement_line >= marks[len(starts)]:
                section_ends(job["names"][len(starts) - 1])
                starts.append(os.fstat(output).st_size)
            os.lseek(progress, 0, os.SEEK_SET)
            os.write(progress, b"%-10d" % statement_line)
            part = ast.Module([statement], [])
            code = compile(part, filename, "exec", futures, dont_inherit=True)
            futures |= code.co_flags & annotations.compiler_flag
            exec(code, module.__dict__)
    except SystemExit as exit_:
        ended, error = "exit", exit_
    except BaseException as raised:
        ended, error = "exception", raised
        report = traceback.TracebackException.from_exception(raised)
        own_frames(report, filename, set())
        error_line = next(
            (f.lineno or 0 for f in reversed(report.stack)), statement_line
        )
        # Past sys.stderr, which the snippet may have closed or put elsewhere.
        os.write(output, "".join(report.format()).encode("utf-8", "backslashreplace"))
    finally:
        sys.settrace(None)

    section_ends(job["names"][len(starts) - 1])
    while len(starts) < len(marks):
        starts.append(os.fstat(output).st_size)
    result: dict[str, Any] = {
        "ended": ended,
        "exception": type(error).__name__ if error else "",
        "line": error_line or statement_line,
        "starts": starts,
        "executed": sorted(executed),
        "missed": sorted(
            _executable_lines(compile(tree, filename, "exec")) - executed
            if job["trace"]
            else ()
        ),
        "data": {},
        "figures": drawn,
    }
    if ended == "end":
        result["data"] = {n: _plain(module.__dict__[n]) for n in job["collect"]}
    temporary = folder / "result.tmp"
    temporary.write_text(json.dumps(result), encoding="utf-8")
    os.replace(temporary, folder / "result.json")


def main(folder: Path) -> None:
    """Do the job that lies in `folder` and leave the process at once.

    Nothing that the snippet left behind (exit handlers, threads) runs on.
    """
    status = 1
    try:
        job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        if job["source"] is None:
            text = json.dumps(dataclasses.asdict(environment.here()))
            (folder / "result.json").write_text(text, encoding="utf-8")
        else:
            execute(job, folder)
        status = 0
    except BaseException:
        # Not the snippet's doing, but say so where the report finds it.
        (folder / "broken").write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os.chdir(folder.parent)
        shutil.rmtree(folder / "work", ignore_errors=True)
        os._exit(status)
