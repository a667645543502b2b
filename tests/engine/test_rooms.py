"""Who imports what: each room knows those below it, as CONTRIBUTING says."""

from __future__ import annotations

import ast
import sys

import pytest

from tests.conftest import ROOT

# What a room may import of the others.
ROOMS = {
    "programs": set(),
    "run": {"programs"},
    "pages": {"programs"},
    "figures": set(),
    "fences": {"programs", "run", "pages", "figures"},
    "maker": {"programs", "run", "pages", "fences"},
}
# What runs beside an old torch.
PLAIN = ("programs/**/*.py", "run/**/*.py", "faults.py", "record.py")


def imports(file) -> set[str]:
    """The modules that a file imports, wherever in it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            if node.module == "sitebuild":
                found |= {f"sitebuild.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_from_rooms_below_it_only(room):
    known = {
        name.split(".")[1]
        for file in (ROOT / "sitebuild" / room).rglob("*.py")
        for name in imports(file)
        if name.startswith("sitebuild.")
    }
    assert known & set(ROOMS) - {room} <= ROOMS[room]


def test_only_the_maker_knows_who_makes_the_site():
    makers = {"mkdocs", "mkdocs_jupyter", "markdown_exec", "markdown", "material"}
    for file in (ROOT / "sitebuild").rglob("*.py"):
        if file.parent.name != "maker":
            assert not {name.split(".")[0] for name in imports(file)} & makers, file


@pytest.mark.parametrize("files", PLAIN)
def test_what_records_needs_torch_and_numpy_alone(files):
    allowed = {*sys.stdlib_module_names, "sitebuild", "torch", "numpy", "_typeshed"}
    for file in (ROOT / "sitebuild").glob(files):
        assert {name.split(".")[0] for name in imports(file)} <= allowed, file
