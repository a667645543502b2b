"""The behaviour matrix: probe every operation, derive families, draw the table.

`matrix/operations.ini` lists the operations, `matrix/probe.py` is the program
that probes one; a probe is run like any other snippet, once per build. What
stands in a cell comes from a probe, and what it is called (its family, its
traps) from the cells by the rules below. For other pages, `Matrix.rows` is the
whole table as plain data: one row for each operation, source and device.

Standard library only, and Python 3.9: `sitebuild.recordings` runs the probes
beside old versions of torch.
"""

from __future__ import annotations

import ast
import csv
import functools
import io
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sitebuild.snippets import Problem, Section, Snippet, parse

OPERATIONS = "matrix/operations.ini"
TEMPLATE = "matrix/probe.py"
DATA = "matrix/behaviour-matrix"  # .csv and .json, below the root of the site
PARTS = ("families", "traps", "table", "cuda")  # what a page may show

SOURCES = ("leaf", "nonleaf", "plain")
FACTS = (
    "same_object",
    "shares_storage",
    "write_seen",  # a write into the result, in the source
    "version_noticed",  # that write, by the source's version counter
    "requires_grad",
    "is_leaf",
    "grad_fn",
    "gradient",  # reaches the source
    "own_gradient",  # the result gets a .grad of its own
    "type",
    "dtype",
    "device",
    "strides",  # of the result for a transposed source, or the exception
    "warnings",
    "exception",
    "write_exception",
    "gradient_exception",
)
FAMILIES = (
    "same",
    "tracked-alias",
    "noticed-alias",
    "unnoticed-alias",
    "readonly-alias",
    "tracked-copy",
    "cut-copy",
    "value",
    "raises",
    "depends",
)
TRAPS = ("unnoticed-write", "gradient-ends", "gradient-lost")

_KEYS = {"expression", "ja", "en", "setup", "under", "import", "values"}
_NEEDED = {"expression", "ja", "en"}


# --- the list ---------------------------------------------------------------


@dataclass(frozen=True)
class Operation:
    """One entry of the list."""

    id: str  # "detach-clone": the row's anchor
    line: int  # in `OPERATIONS`
    expression: str  # "x.detach().clone()"
    notes: Mapping[str, str]  # what it is, by language
    setup: str = ""  # lines before the expression
    under: str = ""  # "torch.no_grad()"
    imports: str = ""  # "numpy as np"
    values: str = ""  # of x, where not the usual ones

    @property
    def code(self) -> str:
        """What is done, as few lines as a reader would write."""
        lines = "\n".join([*self.setup.splitlines(), self.expression])
        if not self.under:
            return lines
        joint = "\n" + "    " if "\n" in lines else " "
        return f"with {self.under}:{joint}" + lines.replace("\n", joint)


def read_operations(root: Path) -> tuple[list[Operation], list[Problem]]:
    """Read the list below `root`; no list, no operations."""
    file = root / OPERATIONS
    if not file.exists():
        return [], []
    operations: list[Operation] = []
    problems: list[Problem] = []
    entries: list[tuple[str, int, dict[str, str]]] = []
    key = ""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        entry = entries[-1][2] if entries else {}
        if found := re.fullmatch(r"\[([a-z0-9]+(?:-[a-z0-9]+)*)\]", line):
            entries.append((found[1], number, {}))
        elif line.startswith(" ") and key in entry:
            entry[key] += "\n" + line
        elif (found := re.fullmatch(r"(\w+) =(?: (.+))?", line)) and entries:
            key = found[1]
            if key not in _KEYS or key in entry:
                problems.append(_wrong(number, f"{key!r} cannot stand here"))
            entry[key] = found[2] or ""
        elif line and not line.startswith("#"):
            problems.append(_wrong(number, f"cannot read {line!r}"))
    seen: set[str] = set()
    for id_, number, entry in entries:
        missing = _NEEDED - {key for key, text in entry.items() if text}
        if missing:
            problems.append(
                _wrong(number, f"{id_!r} has no {' and no '.join(sorted(missing))}")
            )
            continue
        if id_ in seen:
            problems.append(_wrong(number, f"a second operation is called {id_!r}"))
            continue
        seen.add(id_)
        operations.append(
            Operation(
                id_,
                number,
                entry["expression"],
                {"ja": entry["ja"], "en": entry["en"]},
                textwrap.dedent(entry.get("setup", "")).strip(),
                entry.get("under", ""),
                entry.get("import", ""),
                entry.get("values", ""),
            )
        )
    return operations, problems


def _wrong(line: int, message: str) -> Problem:
    return Problem(OPERATIONS, line, message, "see the comment on top of the file")


# --- the probes ---------------------------------------------------------------


def probe_name(operation: Operation, device: str = "cpu") -> str:
    """Return the name of the snippet that probes `operation`."""
    return f"matrix/{'cuda/' if device == 'cuda' else ''}{operation.id}"


def program(template: str, operation: Operation, device: str = "cpu") -> str:
    """Return the program that probes `operation`: `template`, filled in."""
    body = "\n".join([*operation.setup.splitlines(), f"return {operation.expression}"])
    if operation.under:
        body = f"with {operation.under}:\n" + textwrap.indent(body, "    ")
    changes = [(r"^    return x\.detach\(\)$", textwrap.indent(body, "    "))]
    if operation.values:
        changes.append((r"^VALUES = .*$", f"VALUES = {operation.values}"))
    if operation.imports:
        first = operation.imports < "json"
        new = f"import {operation.imports}"
        if "numpy" in new:
            changes.append((r"^import torch$", f"{new}\nimport torch"))
        elif first:
            changes.append((r"^import json$", f"{new}\nimport json"))
        else:
            changes.append((r"^import warnings$", f"{new}\nimport warnings"))
    if device != "cpu":
        changes.append((r'^DEVICE = "cpu"$', f'DEVICE = "{device}"'))
    for pattern, text in changes:
        count = len(re.findall(pattern, template, flags=re.M))
        if count != 1:
            raise ValueError(f"{TEMPLATE} has {count} lines like {pattern}, not one")
        literal = text.replace("\\", r"\\")
        template = re.sub(pattern, literal, template, flags=re.M)
    return f"# needs: {device}\n{template}" if device != "cpu" else template


def probes(
    root: Path, operations: list[Operation]
) -> tuple[dict[str, Snippet], list[Problem]]:
    """Return the probes of all `operations` as snippets, by name.

    Those for sources on a CUDA device need one, and run where there is one.
    """
    snippets: dict[str, Snippet] = {}
    problems: list[Problem] = []
    if not operations:
        return snippets, problems
    template = (root / TEMPLATE).read_text(encoding="utf-8")
    # Hundreds of programs that differ in a few lines: read the rest once.
    usual = parse("", TEMPLATE, template)
    for operation in operations:
        try:
            ast.parse(operation.code)
            ast.parse(f"{operation.values}\nimport {operation.imports or 'json'}")
        except SyntaxError as error:
            problems.append(_wrong(operation.line, f"SyntaxError: {error.msg}"))
            continue
        for device in ("cpu", "cuda"):
            name = probe_name(operation, device)
            source = program(template, operation, device)
            snippets[name] = replace(
                usual,
                name=name,
                path=f"{name}.py",
                source=source,
                sections=(Section("", 1, source.count("\n")),),
                needs_cuda=device == "cuda",
            )
    return snippets, problems


# --- the table as data ----------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What one operation does with one source on one device."""

    operation: Operation
    source: str  # one of SOURCES
    on: str  # the source's device: "cpu" or "cuda"
    facts: Mapping[str, Any]  # by FACTS; None is "not applicable"

    @property
    def family(self) -> str:
        """The row's family; for a plain source, as far as it can be told."""
        facts = self.facts
        if facts["exception"]:
            return "raises"
        if facts["same_object"]:
            return "same"
        if facts["shares_storage"]:
            if facts["gradient"]:
                return "tracked-alias"
            if facts["write_exception"]:
                return "readonly-alias"
            return "noticed-alias" if facts["version_noticed"] else "unnoticed-alias"
        if facts["gradient"] is None:
            return "value"
        return "tracked-copy" if facts["gradient"] else "cut-copy"

    @property
    def traps(self) -> tuple[str, ...]:
        """What in this row lies in wait."""
        facts = self.facts
        found = []
        if facts["write_seen"] and not facts["version_noticed"]:
            found.append("unnoticed-write")
        if (
            facts["requires_grad"]
            and not facts["gradient"]
            and not facts["gradient_exception"]
            and self.source != "plain"  # which wants no gradient
        ):
            found.append("gradient-ends" if facts["own_gradient"] else "gradient-lost")
        return tuple(found)


@dataclass(frozen=True)
class Matrix:
    """The whole table."""

    operations: tuple[Operation, ...]
    rows: tuple[Row, ...]
    environment: Mapping[str, Any]  # of the rows on "cpu"
    cuda: str = ""  # the environment of the rows on "cuda", in words

    def of(self, operation: Operation, on: str = "cpu") -> list[Row]:
        """Return the rows of one operation, in the order of SOURCES."""
        return self._rows.get((operation.id, on), [])

    @functools.cached_property
    def _rows(self) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.operation.id, row.on), []).append(row)
        return found

    def row(self, id_: str, source: str, on: str = "cpu") -> Row:
        """Return one row; raise `KeyError` if there is none."""
        for row in self.rows:
            if (row.operation.id, row.source, row.on) == (id_, source, on):
                return row
        raise KeyError((id_, source, on))

    def family(self, operation: Operation, on: str = "cpu") -> str:
        """Return the family that all sources agree on, or "depends".

        A plain source knows no gradient, so for it a tracked alias is an alias
        and a tracked copy is a copy.
        """
        families = {row.source: row.family for row in self.of(operation, on)}
        family = families["leaf"]
        as_plain = {"tracked-alias": "noticed-alias", "tracked-copy": "cut-copy"}
        if families["nonleaf"] == family and families["plain"] in (
            family,
            as_plain.get(family),
        ):
            return family
        return "depends"

    def members(self, family: str) -> list[Operation]:
        """Return the operations of one family."""
        return [o for o in self.operations if self.family(o) == family]


def _facts(found: Mapping[str, Any]) -> dict[str, Any]:
    """Bring what a probe printed to the columns of the table."""
    facts = {name: found.get(name) for name in FACTS}
    if not found["exception"] and "shares_storage" not in found:
        facts["shares_storage"] = False  # a Python number has no storage
    if not found.get("write_seen"):
        facts["version_noticed"] = None  # there was nothing to notice
    return facts


def _disagreement(found: Mapping[str, Any]) -> str:
    """Say where addresses and writes contradict each other about memory."""
    if "shares_storage" not in found:
        return ""
    shares = found["shares_storage"]
    told = f"by addresses, the result {'shares' if shares else 'has its own'} memory"
    if found["follows_source"] != shares:
        return f"{told}; by a write into the source, it does not"
    if not found["write_exception"] and found["write_seen"] != shares:
        return f"{told}; by a write into the result, it does not"
    return ""


def make(
    operations: Iterable[Operation],
    output: Callable[[str], str | None],
    environment: Mapping[str, Any],
    cuda: Callable[[str], str | None] = lambda name: None,
    cuda_environment: str = "",
) -> tuple[Matrix, list[Problem]]:
    """Make the table of what the probes printed.

    Args:
        operations: What was probed.
        output: Gives what the probe of a name printed; None if it failed,
            which has been reported.
        environment: Where that was.
        cuda: The same for sources on a CUDA device; None where never run.
        cuda_environment: Where that was, in words.

    Returns:
        The table, and a problem for each probe that contradicts itself.
    """
    whole, rows, problems = [], [], []
    for operation in operations:
        for on, printed in (("cpu", output), ("cuda", cuda)):
            text = printed(probe_name(operation, on))
            if text is None:
                continue
            try:
                found = json.loads(text)
            except ValueError:
                problems.append(
                    Problem(
                        OPERATIONS,
                        operation.line,
                        f"the probe of {operation.id!r} prints more than its facts: "
                        f"{text[:200]}",
                        "let the operation print nothing",
                    )
                )
                continue
            if on == "cpu":
                whole.append(operation)
            for source in SOURCES:
                facts = found[source]
                rows.append(Row(operation, source, on, _facts(facts)))
                if wrong := _disagreement(facts):
                    problems.append(
                        Problem(
                            OPERATIONS,
                            operation.line,
                            f"{operation.id!r} on a {source} source contradicts "
                            f"itself: {wrong}",
                            f"one of the two ways of looking in {TEMPLATE} is wrong",
                        )
                    )
    has_cuda = any(row.on == "cuda" for row in rows)
    where = cuda_environment if has_cuda else ""
    return Matrix(tuple(whole), tuple(rows), environment, where), problems


def as_json(matrix: Matrix) -> str:
    """Return the whole table as JSON."""
    data = {
        "environment": dict(matrix.environment),
        "cuda_environment": matrix.cuda or None,
        "columns": [*FACTS],
        "families": {f: [o.id for o in matrix.members(f)] for f in FAMILIES},
        "operations": [
            {
                "id": operation.id,
                "code": operation.code,
                "expression": operation.expression,
                "setup": operation.setup,
                "under": operation.under,
                "note": dict(operation.notes),
                "program": f"{probe_name(operation)}.py",
                "family": matrix.family(operation),
                "rows": [
                    {
                        "source": row.source,
                        "on": row.on,
                        "family": row.family,
                        "traps": list(row.traps),
                        **row.facts,
                    }
                    for on in ("cpu", "cuda")
                    for row in matrix.of(operation, on)
                ],
            }
            for operation in matrix.operations
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def as_csv(matrix: Matrix) -> str:
    """Return the whole table as CSV: one line for each row, None as nothing."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    head = ["id", "code", "note_ja", "note_en", "operation_family"]
    writer.writerow([*head, "source", "on", "family", "traps", *FACTS])
    for operation in matrix.operations:
        for on in ("cpu", "cuda"):
            for row in matrix.of(operation, on):
                writer.writerow(
                    [
                        operation.id,
                        operation.code,
                        operation.notes["ja"],
                        operation.notes["en"],
                        matrix.family(operation),
                        row.source,
                        row.on,
                        row.family,
                        " ".join(row.traps),
                        *(cell_text(row.facts[name]) for name in FACTS),
                    ]
                )
    return stream.getvalue()


def cell_text(value: Any) -> str:
    """Return a fact as text for CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return "\n".join(value) if isinstance(value, list) else str(value)


def publish(matrix: Matrix, snippets: Mapping[str, Snippet], to: Path) -> None:
    """Put the table's data and the probing programs on the site."""
    if not matrix.operations:
        return
    (to / DATA).parent.mkdir(parents=True, exist_ok=True)
    (to / f"{DATA}.json").write_text(as_json(matrix), encoding="utf-8")
    (to / f"{DATA}.csv").write_text(as_csv(matrix), encoding="utf-8")
    for operation in matrix.operations:
        snippet = snippets[probe_name(operation)]
        (to / snippet.path).unlink(missing_ok=True)  # see `render.copy_snippets`
        (to / snippet.path).write_text(snippet.source, encoding="utf-8")
