"""The text of a file, if it is one: UTF-8, and no character that misleads."""

from __future__ import annotations

import re
from pathlib import Path

from sitebuild.faults import wrong

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
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except OSError as error:  # a folder, a link that leads nowhere or in a circle
        what, do = f"cannot be read: {error.strerror}", "put a file there, or remove it"
        raise wrong(path, 1, "unreadable", what=what, do=do) from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise wrong(path, line, "not-utf8", reason=error.reason) from None
    if odd := _ODD.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        column = odd.start() - text.rfind("\n", 0, odd.start())
        name = _NAMES.get(odd[0], f"the control character U+{ord(odd[0]):04X}")
        raise wrong(path, line, "odd-character", name=name, column=column)
    return text
