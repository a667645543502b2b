"""What a contributor has to mend: where, of which kind, what, and what to do.

Standard library only, and Python 3.9: `sitebuild.record` runs this beside old
versions of torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Every kind there is. CONTRIBUTING explains each, in both languages; links and
# searches lead there by the name, so it stays.
Kind = Literal[
    "after-exception",
    "bad-cell-id",
    "bad-name",
    "before-section",
    "benchmark-shown",
    "contradicting-probe",
    "dead-anchor",
    "dead-link",
    "died",
    "does-not-raise",
    "edited-recording",
    "empty-cell",
    "exit",
    "figure-not-run",
    "front-matter",
    "heading-without-space",
    "imports-sitebuild",
    "late-comment",
    "limit-without-reason",
    "lost",
    "measurement-not-kept",
    "merge-conflict",
    "misnamed-claim",
    "misplaced-fence",
    "missing-note",
    "missing-page",
    "no-benchmark",
    "no-description",
    "no-figure",
    "no-id",
    "no-statement",
    "no-such-program",
    "no-such-section",
    "no-title",
    "no-verdict",
    "not-run",
    "not-shown",
    "not-utf8",
    "odd-character",
    "open-fence",
    "other-exception",
    "outside-resource",
    "prints-nothing",
    "raw-cell",
    "raw-html",
    "same-address",
    "same-cell",
    "same-claim",
    "same-description",
    "same-id",
    "same-section",
    "saved-output",
    "second-exception",
    "second-title",
    "site-generator",
    "skipped-level",
    "syntax-error",
    "talking-probe",
    "theme",
    "time-limit",
    "too-much-output",
    "unannounced-exception",
    "unclear-operation",
    "unclear-probe",
    "underlined-heading",
    "unequal-cells",
    "unequal-headings",
    "unequal-links",
    "unequal-nav",
    "unequal-snippets",
    "unequal-words",
    "unknown-call",
    "unknown-need",
    "unknown-operation",
    "unreadable",
    "unreadable-time",
    "unshown-value",
]


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend, named so that nobody has to search for it."""

    path: str  # below the root of the repository
    line: int
    kind: Kind
    message: str
    advice: str = ""

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
