"""Read a text file, or say which file cannot be read, and why.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

from pathlib import Path

from sitebuild.faults import Fault, Kind, UnreadableError


def read_text(file: Path, root: Path, kind: Kind) -> str:
    """Return the text of a file below `root`, its lines ended by a newline alone.

    Raises:
        UnreadableError: It cannot be opened, or is not plain UTF-8; of `kind`.
    """

    def wrong(line: int, message: str, advice: str) -> UnreadableError:
        path = file.relative_to(root).as_posix()
        return UnreadableError(Fault(path, line, kind, message, advice))

    try:
        content = file.read_bytes()
    except OSError as error:  # a link that leads nowhere, a folder
        raise wrong(
            1,
            f"cannot be read: {error.strerror}",
            "put a file of text in its place, or remove it",
        ) from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise wrong(line, f"not UTF-8: {error.reason}", "save it as UTF-8") from None
    if text.startswith("\ufeff"):
        raise wrong(
            1,
            "begins with a byte order mark, which nobody sees",
            "save it as UTF-8 without one",
        )
    return text.replace("\r\n", "\n")
