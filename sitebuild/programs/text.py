"""The text of a file, if it is one: UTF-8, and no character that misleads.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import re
from pathlib import Path

from sitebuild.faults import Fault, UnreadableError

# Control characters, and what `str.splitlines` takes for the end of a line:
# Python numbers lines by "\n" alone.
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_NAMES = {"\t": "a tab", "\ufeff": "a byte order mark (U+FEFF)"}


def read(file: Path, root: Path) -> str:
    """Return the text of `file`, its lines ended by newlines alone.

    Raises:
        UnreadableError: It is no file, not UTF-8, or has odd characters.
    """
    path = file.relative_to(root).as_posix()
    try:
        raw = file.read_bytes()
    except OSError as error:  # a folder, a link that leads nowhere or in a circle
        raise UnreadableError(
            Fault.of(
                path,
                1,
                "unreadable",
                what=f"cannot be read: {error.strerror}",
                do="put a file there, or remove it",
            )
        ) from None
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableError(
            Fault.of(path, line, "not-utf8", reason=error.reason)
        ) from None
    odd = _ODD.search(text)
    if odd:
        before = text[: odd.start()]
        name = _NAMES.get(odd[0], f"the control character U+{ord(odd[0]):04X}")
        raise UnreadableError(
            Fault.of(
                path,
                before.count("\n") + 1,
                "odd-character",
                name=name,
                column=len(before.rpartition(chr(10))[2]) + 1,
            )
        )
    return text
