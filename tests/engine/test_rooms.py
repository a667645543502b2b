"""What each room of the build may know, and what no Python file of it may hold."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

ENGINE = ROOT / "sitebuild"
FILES = {f.relative_to(ENGINE).as_posix(): f for f in sorted(ENGINE.rglob("*.py"))}
MAKER = {"mkdocs", "material", "mkdocs_jupyter", "markdown_exec", "pymdownx"}

# What each room imports of the others; all else of `sitebuild` is above it.
KNOWS = {
    "programs": {"faults", "programs"},
    "run": {"faults", "programs", "run"},
    "figures": {"figures"},
    "pages": {"faults", "pages", "programs"},
    "fences": {
        *("faults", "fences", "figures", "pages", "programs", "project", "run"),
        *("view", "words"),
    },
}
# Where PyTorch is the subject. Elsewhere the engine is that of any Python library.
OF_TORCH = (
    "__main__.py",
    "fences/benchmark/measure.py",
    "programs/examples.py",
    "programs/operations.py",
    "run/capture/",
    "run/environment.py",
    "run/result.py",
    "run/zygote.py",  # what it imports beforehand
)
# Where a text becomes HTML; all else is in templates.
OF_HTML = ("figures/svg.py", "view.py")

_TAG = re.compile(r"<[a-z][a-z0-9]*[\s>/]|</[a-z]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")


def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


def imported(name: str, *, at_once: bool = False) -> Iterator[str]:
    """The modules that a file imports; `at_once`, not later, in a function."""
    found: list[ast.AST] = [tree(name)]
    while found:
        node = found.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module == "sitebuild":
                yield from (f"sitebuild.{alias.name}" for alias in node.names)
            else:
                yield module
        elif not (at_once and isinstance(node, ast.FunctionDef)):
            found += ast.iter_child_nodes(node)


def texts(name: str) -> Iterator[str]:
    """The texts in a file's code, but for docstrings and regular expressions."""
    whole, ignored = tree(name), set()
    for node in ast.walk(whole):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            ignored.add(id(body[0].value))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
            ignored |= {id(part) for part in ast.walk(node.args[0])}
    for node in ast.walk(whole):
        found = node.value if isinstance(node, ast.Constant) else None
        if isinstance(found, str) and id(node) not in ignored:
            yield found


@pytest.mark.parametrize("name", FILES)
def test_only_the_maker_knows_the_site_generator(name):
    found = {module.partition(".")[0] for module in imported(name)} & MAKER
    assert not found or name.startswith("maker/")


@pytest.mark.parametrize("name", [n for n in FILES if n.partition("/")[0] in KNOWS])
def test_a_room_knows_those_below_it(name):
    modules = [module.split(".") for module in imported(name)]
    found = {parts[1] for parts in modules if parts[0] == "sitebuild"}
    assert found <= KNOWS[name.partition("/")[0]]


@pytest.mark.parametrize(
    "name", [n for n in FILES if n.startswith(("programs/", "run/"))]
)
def test_what_runs_beside_old_versions_of_torch_needs_no_other_library(name):
    found = {module.partition(".")[0] for module in imported(name, at_once=True)}
    assert found <= {*sys.stdlib_module_names, "sitebuild"}


@pytest.mark.parametrize("name", [n for n in FILES if not n.startswith(OF_TORCH)])
def test_the_engine_names_torch_only_where_that_is_its_subject(name):
    names = {node.id for node in ast.walk(tree(name)) if isinstance(node, ast.Name)}
    assert "torch" not in {*names, *(m.partition(".")[0] for m in imported(name))}
    assert not [text for text in texts(name) if "torch" in text]


@pytest.mark.parametrize("name", [n for n in FILES if n not in OF_HTML])
def test_no_html_is_written_in_python(name):
    assert not [text for text in texts(name) if _TAG.search(text)]


@pytest.mark.parametrize("name", FILES)
def test_no_word_of_a_reader_is_written_in_python(name):
    assert not [text for text in texts(name) if _CJK.search(text)]


def test_these_rules_see_what_they_forbid(monkeypatch, tmp_path):
    file = Path(tmp_path / "x.py")
    file.write_text(
        '"""<p>"""\nimport re\nfrom sitebuild import run\nA = f"<b>{run}</b> 語"\n'
        'B = re.compile("<p>")\ndef f():\n    """torch"""\n    import torch.nn\n',
        encoding="utf-8",
    )
    monkeypatch.setitem(FILES, "x.py", file)
    assert set(imported("x.py")) == {"re", "sitebuild.run", "torch.nn"}
    assert set(imported("x.py", at_once=True)) == {"re", "sitebuild.run"}
    assert list(texts("x.py")) == ["<b>", "</b> 語"]
    assert all(_TAG.search(text) for text in texts("x.py"))
