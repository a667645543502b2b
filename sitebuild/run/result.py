"""What one run of one snippet gave, and whether it ended as announced."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from typing import Any

from sitebuild.faults import Fault, Kind
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
    return Fault(
        snippet.path,
        1,
        "prints-nothing",
        "prints nothing, and no page draws a figure of it",
        "let it print what the page says of it",
    )


def fault(snippet: Snippet, result: Result) -> Fault | None:
    """Compare how `snippet` ended with what it announces."""

    def wrong(line: int, kind: Kind, message: str, advice: str) -> Fault:
        line = max(line, 1)  # 0, if it ended before its first line
        if snippet.path.endswith(".ipynb"):  # whose file has other lines
            cell = next(s for s in reversed(snippet.sections) if s.first <= line)
            text = snippet.lines(line, line).strip()
            message = f"the code cell {cell.name!r}, at `{text}`, {message}"
        return Fault(snippet.path, line, kind, message, advice)

    last = result.output.rstrip().rpartition("\n")[2][:200]
    if result.ended == "end":
        if snippet.raises is None:
            return None
        return wrong(
            snippet.raises[1],
            "does-not-raise",
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
                "unannounced-exception",
                f"raises {result.exception} without announcing it: {last}",
                "correct the line, or, if the error is what the page shows, end "
                f"the line with `# raises {result.exception}`",
            )
        name, line = snippet.raises
        return wrong(
            result.line,
            "other-exception",
            f"announces {name} on line {line}, but raises {result.exception} "
            f"on line {result.line}: {last}",
            "let the announced line raise the announced exception, or announce "
            "this one",
        )
    if result.ended == "exit":
        return wrong(
            result.line, "exit", "leaves by sys.exit()", "let the program end by itself"
        )
    if result.ended == "time limit":
        return wrong(
            result.line,
            "time-limit",
            f"was still running after {snippet.time_limit:g} s",
            "make it shorter, or write `# time limit: N s (reason)` on top",
        )
    if result.ended == "too much output":
        return wrong(
            result.line,
            "too-much-output",
            f"prints more than {OUTPUT_LIMIT // 1024} KiB",
            "print less: a reader reads this",
        )
    if result.ended == "lost":
        return wrong(
            result.line,
            "lost",
            f"its result was lost: {result.exception}",
            "let the program leave other processes and Python's own modules alone",
        )
    how = (
        f"was killed by {signal.Signals(-result.status).name}"
        if result.status < 0
        else f"left with status {result.status}, past Python"
    )
    return wrong(
        result.line, "died", f"the process {how}", "find out what line does it, and why"
    )
