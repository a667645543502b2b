"""What the pages say of the behaviour matrix; its facts: tests/engine/fences."""

from __future__ import annotations

import ast
import contextlib
import io
import warnings

import pytest
import torch

from sitebuild.fences.matrix.table import SOURCES, of_run
from sitebuild.programs.operations import ELSEWHERE, TEMPLATE, probe_name
from tests.conftest import ROOT
from tests.engine.fences.second_way import function, source


@pytest.fixture(scope="module")
def matrix(run):
    return of_run(run)[0]


pytestmark = pytest.mark.usefixtures("own_folder")


def test_matrix_a_trap_has_no_exception_and_no_warning(matrix):
    trapped = [row for row in matrix.rows if row.traps]
    assert len(trapped) > 50
    for row in trapped:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            x = source(row.operation, row.source)
            y = function(row.operation)(x)
            used = torch.as_tensor(y) * 1
            if used.requires_grad:
                used.backward(torch.ones_like(used))
            if "unnoticed-write" in row.traps:
                with torch.no_grad():
                    y[(0,) * y.ndim] = 9


def test_matrix_a_row_that_warns_or_whose_backward_pass_raises_is_no_trap(matrix):
    loud = [
        row
        for row in matrix.rows
        if row.facts["exception"]
        or row.facts["warnings"]
        or row.facts["gradient_exception"]
    ]
    named = {row.operation.id for row in loud}
    assert {"tensor-requires-grad", "set-in-place", "tensor-of-elements"} < named
    assert not any(row.traps for row in loud)


def test_matrix_no_source_is_a_view(project):
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(project.programs["matrix/detach"].source, names)
    for kind in SOURCES:
        for transposed in (False, True):
            for double in (False, True):
                x = names["source"](kind, transposed=transposed, double=double)
                assert not x._is_view() and x._base is None
                assert (x.stride() == (1, 2)) == transposed
                assert (x.dtype == torch.float64) == double
                assert x.requires_grad == (kind != "plain")
                assert x.is_leaf == (kind != "nonleaf")
                assert x.untyped_storage().nbytes() == x.numel() * x.element_size()


def test_matrix_an_alias_in_the_graph_is_a_view(matrix):
    """As the heading of that family says, of sources that are no views."""
    views = matrix.members("tracked-alias")
    assert len(views) > 30
    for operation in views:
        x = source(operation, "nonleaf")
        y = function(operation)(x)
        assert y._is_view() and y._base is x, operation.id


SAVING = {
    "multiply": lambda x, leaf: x * leaf,
    "square": lambda x, leaf: (leaf * 1 + x) * x,
    "matmul": lambda x, leaf: x.reshape(1, -1) @ leaf.reshape(-1, 1),
    "exp": lambda x, leaf: x * leaf.exp(),
}


@pytest.mark.parametrize("saving", SAVING)
def test_matrix_autograd_notices_a_write_by_the_counter_alone(matrix, saving):
    """Whatever saves x, backward() complains if the counter moved, and else never."""
    found = set()
    for row in matrix.rows:
        if row.source == "plain" or not row.facts["write_seen"]:
            continue
        x = source(row.operation, row.source)
        if x.is_complex() or x.ndim != 2:
            continue
        x.fill_(0.5) if not x.requires_grad else x.data.fill_(0.5)
        y = function(row.operation)(x)
        leaf = torch.ones_like(x).requires_grad_()
        saved = x.detach() if not x.requires_grad else x
        used = SAVING[saving](saved, leaf)
        with torch.no_grad():
            y[(-1,) * y.ndim] = 9
        try:
            used.backward(torch.ones_like(used))
            complained = False
        except RuntimeError as error:
            complained = "modified by an inplace operation" in str(error)
        found.add((row.facts["version_noticed"], complained))
    assert found == {(True, True), (False, False)}


def test_matrix_programs_differ_in_the_operation_an_import_and_the_values(project):
    def rest(text):
        """The program without what may differ."""
        return [
            ast.dump(node)
            for node in ast.parse(text).body
            if not isinstance(node, ast.Import)
            and getattr(node, "name", "") != "operation"
            and "VALUES"
            not in [getattr(t, "id", "") for t in getattr(node, "targets", ())]
        ]

    template = (ROOT / TEMPLATE).read_text(encoding="utf-8")
    assert len(rest(template)) > 10
    for operation in project.operations:
        program = project.programs[probe_name(operation)]
        assert rest(program.source) == rest(template), operation.id


def test_matrix_rows_that_hold_for_this_x_only_say_so(matrix):
    """x.cpu() is x for an x on the CPU, and a copy for one elsewhere."""
    told = {
        operation.id: matrix.of(operation)[0].facts["otherwise"]
        for operation in matrix.operations
    }
    for id_ in ("cpu", "to-cpu", "detach-cpu-numpy", "numpy-force", "module-to-cpu"):
        assert told[id_]["elsewhere"] == "own"
    for id_ in ("float", "to-float32", "type-float32"):
        assert told[id_] == {"float64": "own"}
    assert told["double"] == told["to-float64"] == {"float64": "same"}
    assert told["contiguous"] == {"transposed": "own"}
    assert told["item"]["usual"].startswith("RuntimeError: a Tensor with 6 elements")
    for id_ in ("itself", "detach", "clone", "detach-clone"):
        assert told[id_] == {}
    transposed = torch.ones(3, 2).t()
    assert transposed.contiguous() is not transposed
    double = torch.ones(2, dtype=torch.float64)
    assert double.float() is not double and double.double() is double


def test_matrix_a_device_besides_the_cpu_was_asked(output):
    assert "lazy" in output(ELSEWHERE)
