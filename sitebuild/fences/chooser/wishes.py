"""Which call does what is wished? The rows of the behaviour matrix decide.

A wish is one answer to each of a few questions. Whether an operation grants it
is read from the operation's rows, for all sources alike; `PREFERRED` only says
in which order those that do are offered, and never that one does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sitebuild.faults import Fault
from sitebuild.fences.matrix.table import Matrix, Row
from sitebuild.programs.examples import PREFERRED, in_order
from sitebuild.programs.operations import OPERATIONS, Operation

QUESTIONS = {
    "get": ("tensor", "array", "number"),
    "memory": ("own", "shared", "either"),
    "gradient": ("flow", "cut"),  # back to the source, or not
    "gpu": ("no", "maybe"),  # is the source on a GPU?
    "layout": ("keep", "any"),
}
# The most used calls, in the order of the cheat sheet.
CHEAT_SHEET = (
    *("detach", "data", "clone", "detach-clone", "detach-clone-requires-grad", "view"),
    *("index-row", "index-list", "reshape-transposed", "cpu", "to-float64", "numpy"),
    *("detach-cpu-numpy", "detach-to-cpu-copy-numpy", "item"),
)
KEPT = "(1, 2)"  # the strides of the transposed source


class Wish(NamedTuple):
    """One answer to each question, in the order of `QUESTIONS`."""

    get: str
    memory: str
    gradient: str
    gpu: str
    layout: str

    def changes_to(self, other: Wish) -> dict[str, str]:
        """Return the answers that `other` gives differently."""
        both = zip(QUESTIONS, self, other)
        return {question: there for question, here, there in both if here != there}


WISHES = tuple(Wish(*answers) for answers in itertools.product(*QUESTIONS.values()))


def kind(row: Row) -> str:
    """Return what a row's result is, as an answer to `get`."""
    if row.facts["requires_grad"] is not None:
        return "tensor"
    return "array" if row.facts["type"] == "ndarray" else "number"


def _row_grants(row: Row, wish: Wish) -> bool:
    facts = row.facts
    if facts["exception"] or kind(row) != wish.get:
        return False
    if wish.memory != "either" and facts["shares_storage"] != (wish.memory == "shared"):
        return False
    # A plain source wants no gradient, so none has to reach it.
    wants = wish.gradient == "flow" and row.source != "plain"
    if wants != bool(facts["gradient"]):
        return False
    return wish.layout == "any" or facts["strides"] == KEPT


def grants(matrix: Matrix, operation: Operation, wish: Wish) -> bool:
    """Whether all rows of `operation` have what is wished.

    Of a source that may be on a GPU, recorded rows have to have it too.
    """
    rows = matrix.of(operation)
    if wish.gpu == "maybe":
        there = matrix.of(operation, "cuda")
        if not there:
            return False
        rows = [*rows, *there]
    return all(_row_grants(row, wish) for row in rows)


@dataclass(frozen=True)
class Answer:
    """What can be said to a wish."""

    wish: Wish
    calls: tuple[Operation, ...]  # those that grant it, best first
    recorded: bool = True  # if not, they do for a source on the CPU
    on_cpu: bool = False  # no call grants it, but some do for a source on the CPU
    nearest: tuple[Wish, ...] = ()  # what can be had, if this cannot

    @property
    def changes(self) -> list[dict[str, str]]:
        """What to answer otherwise, for each of the nearest wishes."""
        return [self.wish.changes_to(other) for other in self.nearest]


def answers(matrix: Matrix) -> list[Answer]:
    """Answer every wish, in the order of `WISHES`.

    Where nothing was ever recorded of a GPU, what fits on the CPU is the
    answer for both, and says that it is for the CPU.
    """
    granted = {}
    for wish in WISHES:
        asked = wish if matrix.cuda else wish._replace(gpu="no")
        granted[wish] = in_order(
            o for o in matrix.operations if grants(matrix, o, asked)
        )
    possible = [wish for wish in WISHES if granted[wish]]
    found = []
    for wish in WISHES:
        if granted[wish]:
            recorded = wish.gpu == "no" or bool(matrix.cuda)
            found.append(Answer(wish, granted[wish], recorded))
            continue
        steps = [len(wish.changes_to(other)) for other in possible]
        near = [other for other, n in zip(possible, steps) if n == min(steps)]
        # "Either" says nothing beside a wish that is more definite.
        nearest = tuple(
            other
            for other in near
            if other.memory == wish.memory
            or other.memory != "either"
            or not any(other._replace(memory=m) in near for m in ("own", "shared"))
        )
        on_cpu = bool(granted[wish._replace(gpu="no")])
        found.append(Answer(wish, (), on_cpu=on_cpu, nearest=nearest))
    return found


def offered(matrix: Matrix) -> tuple[Operation, ...]:
    """Return every operation that is offered for some wish, best first."""
    return in_order(o for answer in answers(matrix) for o in answer.calls)


def check(operations: Iterable[Operation]) -> list[Fault]:
    """Return a problem for each id above that no operation has."""
    known = {operation.id for operation in operations}
    return [
        Fault.of(
            OPERATIONS,
            1,
            "unknown-operation",
            what=f"there is no operation {id_!r}, which sitebuild/fences/chooser names",
            do="give both the same name",
        )
        for id_ in sorted({*PREFERRED, *CHEAT_SHEET} - known)
        if known
    ]
