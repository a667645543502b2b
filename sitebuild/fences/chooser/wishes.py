"""Which call does what is wished? The rows of the behaviour matrix decide.

A wish is one answer to each question that matters for it. Whether an operation
grants it is read from the operation's rows, for all sources alike. `PREFERRED`
is a person's choice of those that are worth offering, and of their order; it
never says that one grants a wish.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
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
    "train": ("as-is", "leaf"),  # is the result itself to be trained?
    "gpu": ("no", "maybe"),  # is the source on a GPU?
    "where": ("stay", "cpu"),  # the result, of a source on a GPU
    "layout": ("keep", "any"),
}
# The most used calls, in the order of the cheat sheet.
CHEAT_SHEET = (
    *("detach", "data", "clone", "detach-clone", "detach-clone-requires-grad", "view"),
    *("index-row", "index-list", "reshape-transposed", "cpu", "to-float64", "numpy"),
    *("detach-cpu-numpy", "detach-to-cpu-copy-numpy", "item"),
)


class Wish(NamedTuple):
    """One answer to each question, in the order of `QUESTIONS`.

    Where a question cannot matter, the answer is "".
    """

    get: str
    memory: str
    gradient: str
    train: str
    gpu: str
    where: str
    layout: str

    def changes_to(self, other: Wish) -> dict[str, str]:
        """Return the answers that `other` gives differently."""
        both = zip(QUESTIONS, self, other)
        return {q: there for q, here, there in both if here and there and here != there}

    def steps_to(self, other: Wish) -> int:
        """Return how many of the answers given `other` does not keep."""
        return sum(1 for here, there in zip(self, other) if here and here != there)

    @classmethod
    def of(cls, *answers: str) -> Wish:
        """Return the wish of an answer to each question, without what is idle."""
        wish = cls(*answers)
        idle = set()
        if wish.get == "number":  # it has neither memory nor strides
            idle |= {"memory", "layout"}
        if wish.get != "tensor":  # nobody trains it, and it is on the CPU
            idle |= {"train", "where"}
        if wish.gradient == "flow":  # into the source, which is trained
            idle.add("train")
        if wish.gpu == "no":
            idle.add("where")
        return wish._replace(**dict.fromkeys(idle, ""))


WISHES = tuple(
    dict.fromkeys(Wish.of(*some) for some in itertools.product(*QUESTIONS.values()))
)


def kind(row: Row) -> str:
    """Return what a row's result is, as an answer to `get`."""
    if row.facts["requires_grad"] is not None:
        return "tensor"
    return "array" if row.facts["type"] == "ndarray" else "number"


def kept(row: Row) -> bool:
    """Whether the result for a transposed source has the source's strides."""
    return bool(row.facts["strides"] == row.facts["x_transposed"])


def _row_grants(row: Row, wish: Wish) -> bool:
    facts = row.facts
    if facts["exception"] or kind(row) != wish.get:
        return False
    shared = wish.memory == "shared"
    if wish.memory in ("own", "shared") and facts["shares_storage"] != shared:
        return False
    # A plain source wants no gradient, so none has to reach it.
    wants = wish.gradient == "flow" and row.source != "plain"
    if wants != bool(facts["gradient"]):
        return False
    if wish.train and bool(facts["requires_grad"]) != (wish.train == "leaf"):
        return False
    if wish.train == "leaf" and not facts["own_gradient"]:
        return False
    if wish.where == "cpu" and facts["device"] != "cpu":
        return False
    if wish.where == "stay" and facts["device"] != facts["x_device"]:
        return False
    return wish.layout in ("any", "") or kept(row)


def _place_grants(there: Mapping[str, object], wish: Wish) -> bool:
    """Whether a source on another device than the CPU can have what is wished.

    What is moved shares no memory. A call that moves is of no use for a source
    on the CPU, which stays where it is.
    """
    moves = there.get("device") == "cpu"
    if wish.gpu == "no":
        return not moves or wish.get == "number"
    if not there or there["exception"]:
        return False
    if wish.get == "tensor" and moves != (wish.where == "cpu"):
        return False
    return not (moves and wish.memory == "shared")


def grants(matrix: Matrix, operation: Operation, wish: Wish) -> bool:
    """Whether all rows of `operation` have what is wished.

    Of a source that may be on a GPU, recorded rows have to have it too. Where
    none was ever recorded, another device that every build has stands in.
    """
    if not _place_grants(matrix.elsewhere.get(operation.id, {}), wish):
        return False
    here = wish._replace(where="")
    there = matrix.of(operation, "cuda") if wish.gpu == "maybe" else []
    if wish.gpu == "maybe" and matrix.cuda and not there:
        return False
    return all(_row_grants(row, here) for row in matrix.of(operation)) and all(
        _row_grants(row, wish) for row in there
    )


@dataclass(frozen=True)
class Answer:
    """What can be said to a wish."""

    wish: Wish
    calls: tuple[Operation, ...]  # of those that grant it, the preferred, best first
    recorded: bool = True  # if not, they do for a source on the CPU
    on_cpu: bool = False  # no call grants it, but some do for a source on the CPU
    nearest: tuple[Wish, ...] = ()  # what can be had, if this cannot
    fits: int = 0  # how many operations grant it

    @property
    def changes(self) -> list[dict[str, str]]:
        """What to answer otherwise, for each of the nearest wishes."""
        found = [self.wish.changes_to(other) for other in self.nearest]
        return [change for i, change in enumerate(found) if change not in found[:i]]


def answers(matrix: Matrix) -> list[Answer]:
    """Answer every wish, in the order of `WISHES`.

    An answer for a source that may be on a GPU says where none was recorded.
    """
    fitting = {
        wish: [o for o in matrix.operations if grants(matrix, o, wish)]
        for wish in WISHES
    }
    granted = {wish: in_order(some) for wish, some in fitting.items()}
    possible = [wish for wish in WISHES if granted[wish]]
    found = []
    for wish in WISHES:
        if granted[wish]:
            recorded = wish.gpu == "no" or bool(matrix.cuda)
            fits = len(fitting[wish])
            found.append(Answer(wish, granted[wish], recorded, fits=fits))
            continue
        steps = [wish.steps_to(other) for other in possible]
        near = [other for other, n in zip(possible, steps) if n == min(steps)]
        # "Either" says nothing beside a wish that is more definite.
        nearest = tuple(
            other
            for other in near
            if other.memory == wish.memory
            or other.memory != "either"
            or not any(other._replace(memory=m) in near for m in ("own", "shared"))
        )
        on_cpu = bool(granted[wish._replace(gpu="no", where="")])
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
