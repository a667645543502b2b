"""Take out of an output what differs between machines: paths, addresses, our frames."""

from __future__ import annotations

import re
import traceback

_NOISE = (
    # where torch's C++ code issued a warning: differs per build of torch
    (re.compile(r" ?\(Triggered internally at [^)]*\)"), ""),
    # our own frames, below the snippet's in a stack that torch itself prints
    (
        re.compile(
            r'^ +File "[^"\n]*(?:[/\\]sitebuild[/\\][\w/\\]+\.py|\brunpy(?:\.py|>))", '
            r"line \d+, in .*\n(?: {4}.*\n)*",
            re.MULTILINE,
        ),
        "",
    ),
    # the same, as pybind11 prints a stack: "  path(12): function"
    (re.compile(r"(?m)^  \S*(?:[/\\]sitebuild[/\\]|\brunpy)\w*\S*\(\d+\): .*\n"), ""),
    # the folder torch is installed in
    (re.compile(r"(?:/[\w.+-]+)+/site-packages/"), ""),
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x..."),
    # Windows ends lines so, progress bars go back so; HTML knows "\n" only
    (re.compile(r"\r\n?"), "\n"),
)


def clean(text: str) -> str:
    """Take out of `text` what differs between machines: paths, addresses."""
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return text


def own_frames(error: traceback.TracebackException, filename: str) -> None:
    """Keep the frames of the snippet itself in `error` and what caused it."""
    # A FrameSummary made by hand has no columns: no carets, which Python
    # 3.10, 3.11 and 3.13 draw in three different ways.
    error.stack = traceback.StackSummary.from_list(
        [
            traceback.FrameSummary(f.filename, f.lineno, f.name, line=f.line)
            for f in error.stack
            if f.filename == filename
        ]
    )
    for cause in (error.__cause__, error.__context__):
        if cause is not None:
            own_frames(cause, filename)
