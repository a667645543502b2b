"""What is imported is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from tests.conftest import ROOT

# Not imported by name: tools, plugins that a configuration names, and what
# torch's own tests import (torch.testing._internal: expecttest).
TOOLS = {
    *("expecttest", "mkdocs-material", "mkdocs-jupyter", "mypy", "nbclient"),
    "perfplot",
    *("pytest-xdist", "ruff", "types-markdown", "types-pygments"),
    "types-beautifulsoup4",
}


def normal(name: str) -> str:
    """Write a distribution's name as PEP 503 wants it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*groups: str) -> set[str]:
    """The distributions that pyproject.toml names in these groups."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [line for group in groups for line in project["dependency-groups"][group]]
    return {normal(re.split(r"[\s;<>=!~\[]", line)[0]) for line in lines}


def imported(*folders: str) -> set[str]:
    """The distributions that programs of these folders import."""
    modules = set()
    for folder in folders:
        for file in Path(ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    modules |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    modules.add((node.module or "").partition(".")[0])
    modules -= {*sys.stdlib_module_names, "sitebuild", "tests"}
    known = packages_distributions()
    return {normal(known.get(module, [module])[0]) for module in modules}


def test_what_the_build_imports_is_declared_for_it():
    # tomli is tomllib before Python 3.11, and then not installed.
    assert imported("sitebuild", "snippets", "matrix") <= declared("site")


def test_what_the_tests_import_is_declared():
    assert imported("tests") <= declared("site", "dev")


def test_what_is_declared_is_used():
    assert declared("site", "dev") <= imported("sitebuild", "snippets", "tests") | TOOLS
