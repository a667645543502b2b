"""The list of operations, and the program that probes each."""

from __future__ import annotations

import re

import pytest

from sitebuild.programs.operations import probes, read_operations
from tests.conftest import ROOT

LIST = """\
# a comment

[itself]
expression = x

# another
[in-a-block]
setup =
    y = x.clone()
    with torch.inference_mode():
        z = y.clone()
expression = z
under = torch.no_grad()
import = copy
values = [1.0]
"""


def write(root, text):
    (root / "matrix").mkdir()
    (root / "matrix/operations.ini").write_text(text, encoding="utf-8")
    for name in ("probe.py", "elsewhere.py"):
        (root / "matrix" / name).write_bytes((ROOT / "matrix" / name).read_bytes())
    return read_operations(root)


def test_the_list_is_read_with_its_lines(tmp_path):
    [first, second], faults = write(tmp_path, LIST)
    assert faults == []
    assert (first.id, first.line, first.code) == ("itself", 3, "x")
    assert (second.line, second.imports, second.values) == (7, "copy", "[1.0]")
    assert second.setup == (
        "y = x.clone()\nwith torch.inference_mode():\n    z = y.clone()"
    )
    assert second.code == (
        "with torch.no_grad():\n    y = x.clone()\n    with torch.inference_mode():\n"
        "        z = y.clone()\n    z"
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = 1\n", 1, "File contains no section headers"),
        ("[a]\nexpression = x\n[a]\n", 3, "section 'a' already exists"),
        ("[a]\nexpression = x\nexpression = y\n", 3, "option 'expression'"),
        ("[a]\nexpression = x\nwhat is this\n", 3, "errors"),
        ("[a]\nexpression = x\n[b]\nsetup = y\n", 3, "'b' has no expression"),
        ("[a]\nexpression =\n", 1, "'a' has no expression"),
        ("[a]\nexpression = x\nja = y\n", 1, "'a' has 'ja', which cannot stand"),
        ("[A b]\nexpression = x\n", 1, "'A b' is not lower-case words"),
        ("[a]\nexpression = \tx\n", 2, "a tab at column 14"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, text, line, message):
    _, [found] = write(tmp_path, text)
    assert (found.path, found.line) == ("matrix/operations.ini", line)
    assert message in found.message


def test_an_operation_that_is_no_python_is_named(tmp_path):
    operations, _ = write(tmp_path, "[a]\nexpression = x\n[b]\nexpression = x.(\n")
    known, [found] = probes(tmp_path, operations)
    assert set(known) == {"matrix/a", "matrix/cuda/a", "matrix/elsewhere"}
    assert (found.line, found.kind) == (3, "unclear-operation")


@pytest.mark.parametrize("text", [None, "x = = 1\n", "import torch\n"])
def test_a_probe_that_cannot_be_filled_in_is_named(tmp_path, text):
    operations, _ = write(tmp_path, "[a]\nexpression = x\n")
    if text is None:
        (tmp_path / "matrix/probe.py").unlink()
    else:
        (tmp_path / "matrix/probe.py").write_text(text)
    known, [found] = probes(tmp_path, operations)
    assert known == {}
    assert found.path == "matrix/probe.py"


def test_a_probe_does_what_its_operation_says(tmp_path):
    operations, _ = write(tmp_path, LIST)
    known, faults = probes(tmp_path, operations)
    assert faults == []
    source = known["matrix/in-a-block"].source
    assert re.search(r"^import copy$", source, re.M)
    assert re.search(r"^VALUES = \[1\.0\]$", source, re.M)
    assert "        with torch.inference_mode():\n            z = y.clone()\n" in source
    assert known["matrix/cuda/itself"].needs_cuda
    assert 'DEVICE = "cuda"' in known["matrix/cuda/itself"].source


def test_one_program_asks_all_operations_about_another_device(tmp_path):
    more = "[complex]\nexpression = x.real\nvalues = [1j]\n"
    operations, _ = write(tmp_path, f"{LIST}\n{more}")
    program = probes(tmp_path, operations)[0]["matrix/elsewhere"]
    assert not program.needs_cuda
    names = {}
    head, _, _ = program.source.partition("class Copies")
    exec(head, names)
    assert names["USUAL"] == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    # What that device has no numbers for is left out.
    assert names["OPERATIONS"] == {
        "itself": "\ny = x\n",
        "in-a-block": "\nimport copy\nx = source([1.0])\nwith torch.no_grad():\n"
        "    y = x.clone()\n    with torch.inference_mode():\n"
        "        z = y.clone()\n    y = z\n",
    }
