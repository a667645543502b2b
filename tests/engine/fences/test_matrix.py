"""The behaviour matrix as it is, and every fact of it found again in another way."""

from __future__ import annotations

import contextlib
import io
import json

import pytest
import torch

from sitebuild.fences.matrix import table
from sitebuild.fences.matrix.table import FACTS, FAMILIES
from sitebuild.programs.operations import TEMPLATE, Operation, program
from tests.conftest import ROOT
from tests.engine.fences.second_way import second_way
from tests.engine.fences.tables import row_of, tables_run

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture(scope="module")
def matrix(project):
    before = torch.is_warn_always_enabled()
    made, faults = table.of_run(tables_run(project))
    yield made
    torch.set_warn_always(before)  # as the probes leave it
    assert faults == []


def test_a_second_way_of_probing_finds_every_fact_of_every_row(matrix):
    wrong = []
    assert len(matrix.rows) == 3 * len(matrix.operations)
    for one in matrix.rows:
        again = second_way(one.operation, one.source)
        assert again.keys() == one.facts.keys() == set(FACTS)
        wrong += [
            (one.operation.id, one.source, name, one.facts[name], again[name])
            for name in FACTS
            if one.facts[name] != again[name]
        ]
    assert wrong == []


def test_every_operation_is_in_one_family_and_most_families_have_members(matrix):
    listed = [o.id for family in FAMILIES for o in matrix.members(family)]
    assert sorted(listed) == sorted(o.id for o in matrix.operations)
    assert {f for f in FAMILIES if not matrix.members(f)} <= {"readonly-alias"}


@pytest.mark.parametrize("expression", ["x[1]", "x[1, 2]", "x.view(-1)[5:]"])
def test_an_alias_of_the_last_elements_is_one_too(expression):
    template = (ROOT / TEMPLATE).read_text("utf-8")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program(template, Operation("last", 1, expression)), {})
    facts = json.loads(printed.getvalue())["leaf"]
    assert facts["shares_storage"] and facts["follows_source"] and facts["write_seen"]


# --- rows that everybody looks up --------------------------------------------------


@pytest.mark.parametrize(
    ("id_", "family"),
    [
        ("itself", "same"),
        ("detach", "noticed-alias"),
        ("data", "unnoticed-alias"),
        ("copy-copy", "unnoticed-alias"),
        ("detach-numpy", "unnoticed-alias"),
        ("clone", "tracked-copy"),
        ("copy-into", "tracked-copy"),
        ("detach-clone", "cut-copy"),
        ("clone-detach", "cut-copy"),
        ("tensor", "cut-copy"),
        ("cpu", "same"),
        ("to-float32", "same"),
        ("to-float64", "tracked-copy"),
        ("view", "tracked-alias"),
        ("index-row", "tracked-alias"),
        ("index-list", "tracked-copy"),
        ("reshape", "tracked-alias"),
        ("reshape-transposed", "tracked-copy"),
        ("tolist", "value"),
        ("item", "value"),
        ("numpy", "depends"),
        ("deepcopy", "depends"),
    ],
)
def test_family_of_a_well_known_operation(matrix, id_, family):
    operation = next(o for o in matrix.operations if o.id == id_)
    assert matrix.family(operation) == family


def test_a_view_made_under_no_grad_claims_requires_grad_and_leads_nowhere(matrix):
    assert row_of(matrix, "no-grad-view", "leaf").traps == ("gradient-lost",)


def test_a_parameter_shares_memory_and_keeps_the_gradient_to_itself(matrix):
    found = row_of(matrix, "parameter", "leaf")
    assert found.facts["shares_storage"]
    assert found.traps == ("gradient-ends",)


def test_links_to_rows_are_anchors_that_stay(matrix):
    """Renaming an id breaks links from elsewhere: think before changing these."""
    assert {o.id for o in matrix.operations} >= {
        *("itself", "detach", "data", "clone", "detach-clone", "clone-detach"),
        *("cpu", "to-float32", "view", "reshape", "numpy", "detach-numpy", "item"),
        *("tensor", "parameter", "deepcopy", "copy-copy", "no-grad-view"),
    }
    codes = [operation.code for operation in matrix.operations]
    assert len(set(codes)) == len(codes) >= 80


def test_each_warning_of_an_operation_is_told_once():
    template = (ROOT / TEMPLATE).read_text("utf-8")
    calls = "\n".join(f'warnings.warn("{text}")' for text in "aba")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program(template, Operation("loud", 1, "x", setup=calls)), {})
    facts = json.loads(printed.getvalue())["leaf"]
    assert facts["warnings"] == ["UserWarning: a", "UserWarning: b"]
