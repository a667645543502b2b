"""``population("operations")``: what recorded runs found of all that torch has.

The programs in `populations/` take the operations, modules and optimizers that
torch lists for its own tests, and print one JSON object a line for each. That
takes longer than a build may, so pages show what was recorded. What is counted,
and what is an exception, follows from the rows by the rules below; the words
are the template's, and so is the HTML.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from sitebuild.faults import Fault
from sitebuild.fences import show
from sitebuild.fences.fence import Fence
from sitebuild.fences.matrix.export import cell_text
from sitebuild.fences.matrix.table import grouped
from sitebuild.fences.values import number
from sitebuild.pages.call import Call, Form
from sitebuild.programs.populations import FOLDER, SHARED
from sitebuild.project import Project, Run
from sitebuild.run.environment import Environment
from sitebuild.view import View

COLUMNS = {
    "operations": (
        *("result", "saved", "written", "write_output"),
        *("inplace", "out", "changes_arguments"),
    ),
    "modules": (
        *("learning", "frozen", "eval", "bytes_learning", "bytes_frozen"),
        "statistics",
    ),
    "optimizers": ("counter", "after"),
    "writes": ("counter",),
}
FILTERS = (
    *("result", "saved", "written", "write_output"),
    *("learning", "frozen", "counter"),
)
FEW = 12  # exceptions that the summary names
TRAPS = ("wrong", "still", "alias", "undeclared")  # values that lie in wait


@dataclasses.dataclass(frozen=True, eq=False)
class Row:
    """What was found of one operation, module, or variant of an optimizer."""

    of: str  # one of COLUMNS
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name, with the variant that an optimizer has."""
        variant = self.facts.get("variant")
        return f"{self.facts['name']} {variant}" if variant else self.facts["name"]

    @property
    def anchor(self) -> str:
        """The row's anchor, which stays: ``operation-linalg.norm``."""
        return f"{self.of[:-1]}-" + re.sub(r"[^\w.-]+", "-", self.name)

    @property
    def sampled(self) -> bool:
        """Whether there was anything to run."""
        return any(self.facts.get(tried) for tried in ("samples", "steps", "calls"))

    def values(self, *keys: str) -> tuple[Any, ...]:
        """Return what was found under `keys`; "unknown" if they were not asked."""
        found: list[Any] = []
        for key in keys:
            value = self.facts.get(key, "unknown")
            found += value if isinstance(value, list) else [value]
        return tuple(value for value in dict.fromkeys(found) if value is not None)

    @functools.cached_property
    def cells(self) -> dict[str, tuple[Any, ...]]:
        """The values that each column shows; none if it does not apply."""
        return {column: self._cell(column) for column in COLUMNS[self.of]}

    def _cell(self, column: str) -> tuple[Any, ...]:
        if column == "saved":
            return self._saved()
        if column == "written":
            return self.values("write_input", "write_arguments")
        if column == "result" and not self.facts.get("declared", True):
            # What is called to write, such as uniform, declares that: `(a!)`.
            writes = bool(self.facts.get("changes_arguments"))
            shares = {*self.values("result")} - {"copy", *["input"] * writes}
            return (*self.values("result"), *["undeclared"] * bool(shares))
        differs = (self.facts.get("float64") or {}).get(column)
        return (*self.values(column), *([f"float64-{differs}"] if differs else ()))

    def saves(self, *keys: str) -> bool:
        """Whether under one of `keys` something was saved in some sample."""
        return bool({"sometimes", "always"} & {*self.values(*keys)})

    def _saved(self) -> tuple[str, ...]:
        """Return what is saved, each with how often."""
        roles = ("input", "arguments", "output")
        found = [(role, how) for role in roles for how in self.values(f"saves_{role}")]
        named = [f"{role}-{how}" for role, how in found if how != "never"]
        if self.facts.get("saves_other"):
            named.append("other")
        return tuple(named) or ("nothing",) * bool(found)


Rule = Callable[[Row], bool]


def _shows(value: str, *columns: str) -> Rule:
    return lambda row: any(value in row.cells.get(column, ()) for column in columns)


# The exceptions: of which population, and by what rule.
GROUPS: dict[str, tuple[str, Rule]] = {
    "unnoticed": ("operations", _shows("wrong", "written", "write_output")),
    "uncounted": ("operations", _shows("still", "inplace", "out", "changes_arguments")),
    "quiet": ("writes", _shows("still", "counter")),
    "steps": ("optimizers", _shows("still", "counter")),
    "statistics": ("modules", _shows("still", "statistics")),
    "alias": ("operations", _shows("alias", "result")),
    "undeclared": ("operations", _shows("undeclared", "result")),
    "depends": ("operations", lambda row: len(row.values("result")) > 1),
    "hooks": (
        "operations",
        lambda row: row.values("saved_by_hooks_agrees") == (False,),
    ),
    "freed": (
        "modules",
        lambda row: row.saves("learning") and row.values("frozen") == ("never",),
    ),
}
# The sentences of the summary: of which population, and what is an exception to it.
SUMMARY: dict[str, tuple[str, tuple[str, ...]]] = {
    "operations": ("operations", ()),
    "result": ("operations", ("alias", "undeclared", "depends")),
    "saved": ("operations", ("hooks",)),
    "written": ("operations", ("unnoticed",)),
    "counter": ("operations", ("uncounted",)),
    "writes": ("writes", ("quiet",)),
    "modules": ("modules", ("freed", "statistics")),
    "optimizers": ("optimizers", ("steps",)),
}
COUNTS: dict[str, Rule] = {  # the numbers in them
    "listed": lambda row: True,
    "sampled": lambda row: row.sampled,
    "copies": lambda row: row.values("result") == ("copy",),
    "shares": lambda row: bool({"input", "view", "alias"} & {*row.values("result")}),
    "input": lambda row: row.saves("saves_input", "saves_arguments"),
    "output": lambda row: row.saves("saves_output"),
    "nothing": _shows("nothing", "saved"),
    "raises": _shows("raises", "written", "write_output"),
    "inplace": _shows("moves", "inplace"),
    "out": _shows("moves", "out"),
    "counted": _shows("moves", "counter"),
    "learning": lambda row: row.saves("learning"),
}


class Population(NamedTuple):
    """All rows of one population, and where they were recorded."""

    rows: tuple[Row, ...]
    environment: Environment


Populations = Mapping[str, Population]  # by name; without those not recorded


def members(populations: Populations, group: str) -> list[Row]:
    """Return the rows of a group of exceptions."""
    of, rule = GROUPS[group]
    return [row for row in populations[of].rows if row.sampled and rule(row)]


def numbers(rows: Collection[Row]) -> dict[str, int]:
    """Return the numbers in the sentences of the summary."""
    found = {name: sum(map(rule, rows)) for name, rule in COUNTS.items()}
    return {**found, "samples": sum(row.facts.get("samples") or 0 for row in rows)}


def _summary(populations: Populations) -> dict[str, Any]:
    """Return the sentences of the summary, each with its numbers and exceptions."""
    counts = {of: numbers(populations[of].rows) for of in populations}
    sentences = [
        (key, {name: number(n) for name, n in counts[of].items()}, groups)
        for key, (of, groups) in SUMMARY.items()
        if of in populations
    ]
    missing = [name for name in COLUMNS if name not in populations]
    return {"sentences": sentences, "missing": missing, "few": FEW}


def _unsampled(populations: Populations) -> dict[str, Any]:
    """Return what could not be asked, by the reason."""
    rows = [row for population in populations.values() for row in population.rows]
    reasons = [(row.facts["reason"], row) for row in rows if row.facts.get("reason")]
    return {"reasons": grouped(reasons)}


def _table(populations: Populations, name: str) -> dict[str, Any]:
    """Return one table, and what filters it."""
    if name not in populations:
        return {"rows": []}
    rows = [row for row in populations[name].rows if row.sampled]
    choices = [column for column in COLUMNS[name] if column in FILTERS]
    return {
        "rows": rows,
        "environment": populations[name].environment,
        "columns": COLUMNS[name],
        "choices": {c: {v for row in rows for v in row.cells[c]} for c in choices},
        "data": f"{FOLDER}/{name}",
    }


PARTS: dict[str, Callable[[Populations], dict[str, Any]]] = {
    "summary": _summary,
    "exceptions": lambda populations: {},
    **{name: functools.partial(_table, name=name) for name in COLUMNS},
    "unsampled": _unsampled,
}


def render(populations: Populations, part: str, view: View) -> Markup:
    """Return one of `PARTS` of the page."""
    found = [group for group, (of, _) in GROUPS.items() if of in populations]
    return view.render(
        "population.html.jinja",
        part=part,
        groups={group: members(populations, group) for group in found},
        traps=TRAPS,
        **PARTS[part](populations),
    )


# --- what was recorded -----------------------------------------------------------


@functools.lru_cache(maxsize=2)
def of_run(run: Run) -> tuple[Populations, list[Fault]]:
    """Return the populations as recorded in the environment of a run.

    Or else in the latest one; and what is wrong with the rows.
    """
    recordings = [r for r in run.recordings if not r.environment.cuda]
    recordings.sort(key=lambda r: r.name == run.environment.name)  # which comes last
    words = next(iter(run.project.languages.values())).words.population["values"]
    populations: dict[str, Population] = {}
    faults: list[Fault] = []
    for name in COLUMNS:
        program = run.project.programs.get(f"{FOLDER}/{name}")
        outputs = [(r, r.output(program)) for r in recordings] if program else []
        printed = [(r, text) for r, text in outputs if text is not None]
        if printed:
            recording, text = printed[-1]
            path = f"recordings/{recording.name}/{FOLDER}/{name}.txt"
            rows, wrong = _read(name, text, path, {"unknown", *words})
            populations[name] = Population(rows, recording.environment)
            faults += wrong
    return populations, faults


def _read(
    of: str, text: str, path: str, known: set[str]
) -> tuple[tuple[Row, ...], list[Fault]]:
    """Return the rows in a text, and a fault for each line that cannot be shown."""
    rows: dict[str, Row] = {}
    faults: list[Fault] = []
    for line, printed in enumerate(text.rstrip("\n").split("\n"), 1):
        try:
            row = Row(of, json.loads(printed))
            values = {v for cell in row.cells.values() for v in cell if v == str(v)}
            if row.anchor in rows:
                raise ValueError(f"{row.name!r} has the anchor of another row")
            if row.sampled and values - known:
                raise ValueError(f"{min(values - known)!r} has no word")
            rows[row.anchor] = row
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            what = f"cannot be shown: {type(error).__name__}: {error}"
            faults.append(Fault.of(path, line, "unclear-population", what=what))
    return tuple(rows.values()), faults


# --- for other programs ------------------------------------------------------------


def as_csv(population: Population) -> str:
    """Return a population as CSV: one line for each row, None as nothing."""
    rows = [dict(_flat(row.facts)) for row in population.rows]
    columns = dict.fromkeys(key for row in rows for key in row)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _flat(facts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in facts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            text = " ".join(map(str, value)) if isinstance(value, list) else value
            yield above + key, cell_text(text)


def as_json(population: Population) -> str:
    """Return a population as JSON."""
    data = {
        "environment": dataclasses.asdict(population.environment),
        "rows": [{**row.facts, "anchor": row.anchor} for row in population.rows],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _publish(run: Run, to: Path, calls: Collection[Call]) -> None:
    for name, population in of_run(run)[0].items():
        program = f"{FOLDER}/{name}"
        show.publish_programs(run, to, [program])
        beside = run.project.programs[program].beside
        (to / FOLDER / SHARED).write_text(beside, encoding="utf-8")
        file = to / program
        file.with_suffix(".csv").write_text(as_csv(population), encoding="utf-8")
        file.with_suffix(".json").write_text(as_json(population), encoding="utf-8")


def _depends(call: Call, project: Project) -> Iterable[str]:
    """Give the texts of the programs: what was printed by another is not shown."""
    named = project.programs.items()
    return [p.digest for name, p in named if name.startswith(f"{FOLDER}/")]


POPULATION = Fence(
    Form("population", 'population("part")', parts=tuple(PARTS)),
    lambda call, view: render(of_run(view.run)[0], call.part, view),
    judge=lambda use, run: of_run(run)[1],
    depends=_depends,
    publish=_publish,
)
