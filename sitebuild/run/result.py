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
    executed: tuple[int, ...] = ()  # lines, when traced
    missed: tuple[int, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
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

    def wrong(line: int, kind: str, /, **values: object) -> Fault:
        line = max(line, 1)  # 0, if it ended before its first line
        found = Fault.of(snippet.path, line, kind, **values)
        if snippet.path.endswith(".ipynb"):  # whose file has other lines
            cell = next(s for s in reversed(snippet.sections) if s.first <= line)
            text = snippet.lines(line, line).strip()
            where = f"the code cell {cell.name!r}, at `{text}`, "
            return replace(found, message=where + found.message)
        return found

    last = result.output.rstrip().rpartition("\n")[2][:200]
    if result.ended == "end":
        if snippet.raises is None:
            return None
        return wrong(snippet.raises[1], "does-not-raise", exception=snippet.raises[0])
    if result.ended == "exception":
        if snippet.raises == (result.exception, result.line):
            return None
        if snippet.raises is None:
            return wrong(
                result.line,
                "unannounced-exception",
                exception=result.exception,
                last=last,
            )
        name, line = snippet.raises
        return wrong(
            result.line,
            "other-exception",
            name=name,
            line=line,
            exception=result.exception,
            at=result.line,
            last=last,
        )
    if result.ended == "exit":
        return wrong(result.line, "exit")
    if result.ended == "time limit":
        return wrong(result.line, "time-limit", time_limit=snippet.time_limit)
    if result.ended == "too much output":
        return wrong(result.line, "too-much-output", limit=OUTPUT_LIMIT // 1024)
    if result.ended == "lost":
        return wrong(result.line, "lost", exception=result.exception)
    how = (
        f"was killed by {signal.Signals(-result.status).name}"
        if result.status < 0
        else f"left with status {result.status}, past Python"
    )
    return wrong(result.line, "died", how=how)
