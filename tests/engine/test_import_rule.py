"""What records beside an old torch: standard library only, and Python 3.9."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = [
    ROOT / "sitebuild/__init__.py",
    ROOT / "sitebuild/faults.py",
    ROOT / "sitebuild/record.py",
    *sorted((ROOT / "sitebuild/programs").rglob("*.py")),
    *sorted((ROOT / "sitebuild/run").rglob("*.py")),
]
MODULES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for file in FILES
]

# Where there is no list of the standard library (3.9), what is installed is told
# by its place.
BLOCKED = """
import importlib, sys
from importlib.machinery import PathFinder

class OnlyStandard:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "sitebuild":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and "site-packages" in str(spec.origin):
            raise ImportError(f"{name} is not of the standard library")

sys.meta_path.insert(0, OnlyStandard())
for module in sys.argv[1:]:
    importlib.import_module(module)
try:
    import numpy
except ImportError:
    print("blocked")
"""


def python_39() -> str:
    path = Path.home() / ".pyenv/versions/3.9.18/bin/python"
    found = str(path) if path.exists() else shutil.which("python3.9") or ""
    if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
        return found
    return ""


@pytest.mark.parametrize("python", [sys.executable, python_39()], ids=["here", "3.9"])
def test_they_import_the_standard_library_alone(python):
    if not python:
        pytest.skip("there is no Python 3.9 here")
    done = subprocess.run(
        [python, "-c", BLOCKED, *MODULES],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout in ("blocked\n", "")  # "": NumPy is not even installed


@pytest.mark.parametrize("file", FILES, ids=MODULES)
def test_they_are_written_in_python_39(file):
    ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_what_captures_figures_knows_nothing_of_snippets_and_pages():
    """It is to be handed to readers, for programs of their own."""
    for file in (ROOT / "sitebuild/run/capture").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                inside = node.module.startswith("sitebuild.run.capture")
                assert inside or not node.module.startswith("sitebuild"), file
