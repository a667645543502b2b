"""Statements that others have made, and the verdicts that runs give on them.

A claim is a heading of a fact-check page: its text is what is claimed, its id
the claim's anchor for good. Below it a fence names the program that decides,
``claim("fact_check/a24_...", "leaves")``. The program states what follows from
the claim, compares, and ends by printing ``holds = True``, ``holds = False``
or, where it depends, ``holds = {'leaf': True, 'non-leaf': False}``. `verdict`
makes one word of that, here and in the recordings of older versions of torch.

Standard library only, and Python 3.9, like `sitebuild.pages`, which reads them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

VERDICTS = ("true", "condition", "changed", "false", "opinion")
TOPICS = (
    "sharing",
    "gradient",
    "leaves",
    "devices",
    "numpy",
    "modes",
    "cost",  # time and memory
    "history",  # environments, versions, names, printed forms
)
PARTS = ("counts", "list")  # what a page may show of all claims

Holds = Mapping[str, bool]  # by case; the one case of a plain bool is ""


@dataclass(frozen=True)
class Claim:
    """One claim, as the page of one language states it."""

    id: str  # "a24", the anchor
    text: str  # the heading, in Markdown
    snippet: str  # the name of the program that decides
    topics: tuple[str, ...]
    opinion: str  # why no program decides it, in the page's language, or ""
    page: str  # "fact-check/article-detach.md"
    path: str  # of the file, with `line` the place of the fence
    line: int
    explained: tuple[str, ...] = ()  # "clone.md#times-one", linked below the fence

    def is_explained_on(self, slug: str) -> bool:
        """Whether the claim sends its readers to page `slug`."""
        return any(target.partition("#")[0] == slug for target in self.explained)


def holds(output: str) -> Holds | None:
    """Return what the last line that a claim's program printed says, by case.

    None if that line is not ``holds = `` and a bool, or a dict of them.
    """
    name, _, text = (output.rstrip().rpartition("\n")[2]).partition(" = ")
    if name != "holds":
        return None
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    cases = value if isinstance(value, dict) else {"": value}
    sound = cases and all(
        isinstance(case, str) and isinstance(held, bool) for case, held in cases.items()
    )
    return cases if sound else None


def verdict(here: Holds, before: Iterable[Holds | None]) -> str:
    """Return the one word for what a claim's program found.

    Args:
        here: By case, on the torch of this build.
        before: The same on older versions; None where the program did not get
            as far as to decide.
    """
    if any(older is not None and dict(older) != dict(here) for older in before):
        return "changed"
    if all(here.values()):
        return "true"
    return "condition" if any(here.values()) else "false"
