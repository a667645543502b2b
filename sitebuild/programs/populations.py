"""The programs in `populations/`: each asks a question of all that there is.

They take too long for a build: `sitebuild.record` runs them, a test runs them
again, and pages show what is recorded.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sitebuild.faults import Fault, UnreadableError
from sitebuild.programs import text
from sitebuild.programs.snippet import Snippet, parse

FOLDER = "populations"
SHARED = "samples.py"  # what the programs import
NEEDS = "expecttest"  # what that imports, and readers do not have


def read_all(root: Path) -> tuple[dict[str, Snippet], list[Fault]]:
    """Read the programs below `root` by name, and a fault for each unreadable one."""
    found: dict[str, Snippet] = {}
    files = sorted((root / FOLDER).glob("*.py"))
    try:
        texts = {file.name: text.read(file, root) for file in files}
        beside = texts.pop(SHARED, "")
        for name, source in texts.items():
            program = f"{FOLDER}/{name[: -len('.py')]}"
            read = parse(program, f"{FOLDER}/{name}", source)
            found[program] = replace(read, beside=beside)
    except UnreadableError as error:
        return {}, [error.fault]
    return found, []
