"""The behaviour matrix for other programs: JSON and CSV beside the pages."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sitebuild.fences.matrix.table import FACTS, FAMILIES, Matrix
from sitebuild.programs.operations import Operation, probe_name
from sitebuild.words import Language

DATA = "matrix/behaviour-matrix"  # .csv and .json, below the root of the site


def as_json(matrix: Matrix, languages: Mapping[str, Language]) -> str:
    """Return the whole table as JSON."""
    environment = dataclasses.asdict(matrix.environment)
    del environment["date"]  # of a recording
    data = {
        "environment": environment,
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
                "values": operation.values,
                "note": _notes(operation, languages),
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
                    for row in (*matrix.of(operation), *matrix.of(operation, "cuda"))
                ],
            }
            for operation in matrix.operations
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _notes(operation: Operation, languages: Mapping[str, Language]) -> dict[str, str]:
    return {
        code: language.words.operations[operation.id]
        for code, language in languages.items()
    }


def as_csv(matrix: Matrix, languages: Mapping[str, Language]) -> str:
    """Return the whole table as CSV: one line for each row, None as nothing."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    notes = [f"note_{code}" for code in languages]
    head = ["id", "code", *notes, "operation_family"]
    writer.writerow([*head, "source", "on", "family", "traps", *FACTS])
    for operation in matrix.operations:
        for row in (*matrix.of(operation), *matrix.of(operation, "cuda")):
            writer.writerow(
                [
                    operation.id,
                    operation.code,
                    *_notes(operation, languages).values(),
                    matrix.family(operation),
                    *(row.source, row.on, row.family, " ".join(row.traps)),
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
    if isinstance(value, dict):
        value = [f"{name}: {text}" for name, text in value.items()]
    return "\n".join(value) if isinstance(value, list) else str(value)


def publish(matrix: Matrix, languages: Mapping[str, Language], to: Path) -> None:
    """Put the table's data on the site."""
    (to / DATA).parent.mkdir(parents=True, exist_ok=True)
    (to / f"{DATA}.json").write_text(as_json(matrix, languages), encoding="utf-8")
    (to / f"{DATA}.csv").write_text(as_csv(matrix, languages), encoding="utf-8")
