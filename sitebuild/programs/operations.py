"""The operations of the behaviour matrix, and the program that probes each.

`matrix/operations.ini` lists the operations, `matrix/probe.py` is the program
that probes one; a probe is run like any other snippet, once per build.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.programs.snippet import Section, Snippet, parse

OPERATIONS = "matrix/operations.ini"
TEMPLATE = "matrix/probe.py"
_KEYS = {"expression", "setup", "under", "import", "values"}
_NEEDED = {"expression"}


@dataclass(frozen=True)
class Operation:
    """One entry of the list."""

    id: str  # "detach-clone": the row's anchor
    line: int  # in `OPERATIONS`
    expression: str  # "x.detach().clone()"
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


def read_operations(root: Path) -> tuple[list[Operation], list[Fault]]:
    """Read the list below `root`; no list, no operations."""
    file = root / OPERATIONS
    if not file.exists():
        return [], []
    operations: list[Operation] = []
    faults: list[Fault] = []
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
                faults.append(_wrong(number, f"{key!r} cannot stand here"))
            entry[key] = found[2] or ""
        elif line and not line.startswith("#"):
            faults.append(_wrong(number, f"cannot read {line!r}"))
    seen: set[str] = set()
    for id_, number, entry in entries:
        missing = _NEEDED - {key for key, text in entry.items() if text}
        if missing:
            faults.append(
                _wrong(number, f"{id_!r} has no {' and no '.join(sorted(missing))}")
            )
            continue
        if id_ in seen:
            faults.append(_wrong(number, f"a second operation is called {id_!r}"))
            continue
        seen.add(id_)
        operations.append(
            Operation(
                id_,
                number,
                entry["expression"],
                textwrap.dedent(entry.get("setup", "")).strip(),
                entry.get("under", ""),
                entry.get("import", ""),
                entry.get("values", ""),
            )
        )
    return operations, faults


def _wrong(line: int, message: str) -> Fault:
    advice = "see the comment on top of the file"
    return Fault(OPERATIONS, line, "unclear-operation", message, advice)


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
) -> tuple[dict[str, Snippet], list[Fault]]:
    """Return the probes of all `operations` as snippets, by name.

    Those for sources on a CUDA device need one, and run where there is one.
    """
    snippets: dict[str, Snippet] = {}
    faults: list[Fault] = []
    if not operations:
        return snippets, faults
    template = (root / TEMPLATE).read_text(encoding="utf-8")
    # Hundreds of programs that differ in a few lines: read the rest once.
    usual = parse("", TEMPLATE, template)
    for operation in operations:
        try:
            ast.parse(operation.code)
            ast.parse(f"{operation.values}\nimport {operation.imports or 'json'}")
        except SyntaxError as error:
            faults.append(_wrong(operation.line, f"SyntaxError: {error.msg}"))
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
    return snippets, faults
