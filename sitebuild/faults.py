"""What a contributor has to mend: where, of which kind, what, and what to do.

`sitebuild/faults.ini` lists all kinds, with their texts.

Standard library only, and Python 3.9: `sitebuild.record` runs this beside old
versions of torch.
"""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path

TEXTS = configparser.ConfigParser(
    delimiters="=", comment_prefixes="#", interpolation=None, default_section=""
)
TEXTS.read(Path(__file__).with_suffix(".ini"), encoding="utf-8")


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend, named so that nobody has to search for it."""

    path: str  # below the root of the repository
    line: int
    kind: str  # a short name that stays: "missing-page"
    message: str
    advice: str

    @classmethod
    def of(cls, path: str, line: int, kind: str, /, **values: object) -> Fault:
        """Return a fault with the texts of its kind, filled in."""
        texts = TEXTS[kind]
        says, do = texts["says"].format(**values), texts.get("do", "").format(**values)
        return cls(path, line, kind.partition("/")[0], says, do)

    def __str__(self) -> str:
        """Return ``path:line: message [kind]`` with the advice on its own line."""
        advice = f"\n    -> {self.advice}" if self.advice else ""
        return f"{self.path}:{self.line}: {self.message} [{self.kind}]{advice}"


class UnreadableError(Exception):
    """A file cannot be read as what it should be; carries the `Fault`."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault for the report."""
        super().__init__(str(fault))
        self.fault = fault


def wrong(path: str, line: int, kind: str, /, **values: object) -> UnreadableError:
    """Return the error to raise for a fault of this kind."""
    return UnreadableError(Fault.of(path, line, kind, **values))
