"""What one run of one snippet gave, and whether it ended as announced."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field, replace
from typing import Any

from sitebuild.faults import Fault
from sitebuild.programs.snippet import Snippet
from sitebuild.run.capture import Shot

OUTPUT_LIMIT = 64 * 1024  # bytes of output; a page is read by people


@dataclass(frozen=True)
class Result:
    """What one run of one snippet gave."""

    ended: str  # end, exception, exit, died, time limit, too much output, lost
    outputs: dict[str, str]  # by section, as printed, cleaned of noise
    exception: str = ""  # its type's name; of a lost result, why
    line: int = 0  # where it ended, if not at the end
    status: int = 0  # of a process that died: exit status, or -signal
    data: dict[str, Any] = field(default_factory=dict)  # what a benchmark measured
    figures: dict[Shot, dict[str, Any]] = field(default_factory=dict)

    @property
    def output(self) -> str:
        """All that was printed, section after section."""
        return "".join(self.outputs.values())


def silent(snippet: Snippet, result: Result) -> Fault | None:
    """Return what is wrong with a run of which a page has nothing to show.

    Ask it of a run that took the figures which pages ask for.
    """
    if result.ended != "end" or result.output.strip() or result.figures:
        return None
    if snippet.raises or snippet.is_benchmark:
        return None
    return Fault.of(snippet.path, 1, "prints-nothing")


def fault(snippet: Snippet, result: Result) -> Fault | None:
    """Compare how `snippet` ended with what it announces."""
    name, at = snippet.raises or ("", 0)
    exception, ended = result.exception, result.ended
    line = max(at if ended == "end" else result.line, 1)  # 0: before the first line

    def wrong(kind: str, /, **values: object) -> Fault:
        found = Fault.of(snippet.path, line, kind, **values)
        if snippet.path.endswith(".ipynb"):  # whose file has other lines
            cell = next(s for s in reversed(snippet.sections) if s.first <= line)
            text = snippet.lines(line, line).strip()
            where = f"the code cell {cell.name!r}, at `{text}`, "
            return replace(found, message=where + found.message)
        return found

    if ended == "end":
        return wrong("does-not-raise", exception=name) if name else None
    if ended == "exception":
        last = result.output.rstrip().rpartition("\n")[2][:200]
        if snippet.raises == (exception, result.line):
            return None
        if not name:
            return wrong("unannounced-exception", exception=exception, last=last)
        return wrong(
            "other-exception",
            name=name,
            line=at,
            exception=exception,
            at=line,
            last=last,
        )
    if ended == "exit":
        return wrong("exit")
    if ended == "time limit":
        return wrong("time-limit", time_limit=snippet.time_limit)
    if ended == "too much output":
        return wrong("too-much-output", limit=OUTPUT_LIMIT // 1024)
    if ended == "lost":
        return wrong("lost", exception=exception)
    how = f"left with status {result.status}, past Python"
    if result.status < 0:
        how = f"was killed by {signal.Signals(-result.status).name}"
    return wrong("died", how=how)
