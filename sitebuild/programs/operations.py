"""The operations of the behaviour matrix, and the program that probes each.

`matrix/operations.ini` lists the operations, `matrix/probe.py` is the program
that probes one, and `matrix/elsewhere.py` asks all of them what they do with a
source on another device. They are run like any other snippet, once per build.
"""

from __future__ import annotations

import ast
import configparser
import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

from sitebuild.faults import Fault, UnreadableError, wrong
from sitebuild.programs import text
from sitebuild.programs.snippet import Section, Snippet, parse

OPERATIONS = "matrix/operations.ini"
TEMPLATE = "matrix/probe.py"
ELSEWHERE = "matrix/elsewhere"
_KEYS = {"expression", "setup", "under", "import", "values", "page"}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DEEPER = re.compile(r"(?m)(?<=^ {4}) +")


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
    page: str = ""  # that explains it, below the folder of the language

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
    parser = configparser.ConfigParser(
        delimiters="=", comment_prefixes="#", interpolation=None, default_section=""
    )
    try:
        content = text.read(file, root)
        # It takes all indentation away; a block in `setup` is not to lose its own.
        parser.read_string(_DEEPER.sub(lambda found: "\0" * len(found[0]), content))
    except UnreadableError as error:
        return [], [error.fault]
    except configparser.Error as error:
        places = getattr(error, "errors", [])  # of a ParsingError: line and text
        line = places[0][0] if places else getattr(error, "lineno", 1)
        return [], [_wrong(line, error.message.replace("\n", " "))]
    lines = {
        found[1]: content.count("\n", 0, found.start()) + 1
        for found in re.finditer(r"(?m)^\[(.+)\]", content)
    }
    operations: list[Operation] = []
    faults: list[Fault] = []
    for id_ in parser.sections():
        found = parser[id_].items()
        entry = {key: value.replace("\0", " ").strip() for key, value in found}
        unknown = sorted(set(entry) - _KEYS)
        if not _ID.fullmatch(id_):
            message = f"{id_!r} is not lower-case words with hyphens"
        elif unknown:
            message = f"{id_!r} has {unknown[0]!r}, which cannot stand there"
        elif not entry.get("expression"):
            message = f"{id_!r} has no expression"
        else:
            imports = entry.pop("import", "")
            operations.append(Operation(id_, lines[id_], imports=imports, **entry))
            continue
        faults.append(_wrong(lines[id_], message))
    return operations, faults


def _wrong(line: int, what: str) -> Fault:
    return Fault.of(OPERATIONS, line, "unclear-operation", what=what)


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
        changes.append((r"^VALUES = USUAL$", f"VALUES = {operation.values}"))
    if operation.imports:
        beside = "json" if operation.imports < "json" else "warnings"
        if operation.imports.startswith(("numpy", "torch")):
            beside = "torch"
        both = [f"import {name}" for name in sorted((operation.imports, beside))]
        changes.append((f"^import {beside}$", "\n".join(both)))
    if device != "cpu":
        changes.append((r'^DEVICE = "cpu"$', f'DEVICE = "{device}"'))
    for pattern, lines in changes:
        literal = lines.replace("\\", r"\\")
        template, count = re.subn(pattern, literal, template, flags=re.M)
        if count != 1:
            raise wrong(TEMPLATE, 1, "unclear-probe", count=count, pattern=pattern)
    return f"# needs: {device}\n{template}" if device != "cpu" else template


def elsewhere(template: str, usual: str, operations: list[Operation]) -> str:
    """Return the program that asks all operations about another device."""
    asked = ""
    for operation in operations:
        if "j" in operation.values:  # complex numbers, which crash that device
            continue
        lines = [*operation.setup.splitlines(), f"y = {operation.expression}"]
        if operation.under:
            lines = [f"with {operation.under}:", *(f"    {line}" for line in lines)]
        if operation.values:
            lines.insert(0, f"x = source({operation.values})")
        if operation.imports:
            lines.insert(0, f"import {operation.imports}")
        code = "\n".join(lines)
        asked += f'    "{operation.id}": r"""\n{code}\n""",\n'
    text = template.replace("OPERATIONS = {}", f"OPERATIONS = {{\n{asked}}}")
    return text.replace("USUAL = []", usual)


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
    try:
        # Hundreds of programs that differ in a few lines: read the rest once.
        template = text.read(root / TEMPLATE, root)
        usual = parse("", TEMPLATE, template)
        for operation in operations:
            try:
                ast.parse(operation.code)
                ast.parse(f"{operation.values}\nimport {operation.imports or 'json'}")
            except SyntaxError as error:
                faults.append(_wrong(operation.line, f"SyntaxError: {error.msg}"))
                continue
            for device in ("cpu", "cuda"):
                source = program(template, operation, device)
                name = probe_name(operation, device)
                snippets[name] = replace(
                    usual,
                    name=name,
                    path=f"{name}.py",
                    source=source,
                    sections=(Section("", 1, source.count("\n")),),
                    needs_cuda=device == "cuda",
                )
        path = f"{ELSEWHERE}.py"
        found = re.findall(r"^USUAL = .*$", template, re.M)
        source = elsewhere(text.read(root / path, root), found[0], operations)
        snippets[ELSEWHERE] = parse(ELSEWHERE, path, source)
    except UnreadableError as error:
        return {}, [error.fault]
    return snippets, faults
