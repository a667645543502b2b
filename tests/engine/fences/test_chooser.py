"""The chooser: every wish, against the rows of the matrix read in another way."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import torch

from sitebuild.fences import FENCES
from sitebuild.fences.chooser import wishes
from sitebuild.fences.chooser.wishes import QUESTIONS, WISHES, Wish
from sitebuild.fences.matrix import table
from sitebuild.pages.call import Call
from sitebuild.pages.outline import Page
from sitebuild.programs.examples import PREFERRED, example, example_name, in_order
from sitebuild.programs.operations import OPERATIONS, Operation
from sitebuild.project import Use
from tests.conftest import ROOT
from tests.engine.fences import second_way
from tests.engine.fences.tables import row_of, small, tables_run

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture(scope="module")
def run(project):
    return tables_run(project)


@pytest.fixture(scope="module")
def matrix(run):
    return table.of_run(run)[0]


@pytest.fixture(scope="module")
def found(matrix):
    return {answer.wish: answer for answer in wishes.answers(matrix)}


def grants(rows, wish, there) -> bool:
    """Whether rows have what is wished; test_matrix.py has found all facts again.

    `there` is what was found with a source on another device.
    """
    moves = there.get("device") == "cpu"
    if wish.gpu == "no" and moves and wish.get != "number":
        return False  # there is nothing to move
    if wish.gpu == "maybe":
        if not there or there["exception"] or (moves and wish.memory == "shared"):
            return False
        if wish.get == "tensor" and wish.where != ("cpu" if moves else "stay"):
            return False
    for row in rows:
        facts = row.facts
        get = "array" if facts["type"] == "ndarray" else "tensor"
        if facts["type"] in ("list", "float"):
            get = "number"
        trained = "leaf" if facts["own_gradient"] else "as-is"
        fine = {
            "get": get == wish.get and not facts["exception"],
            "memory": wish.memory
            in ("", "either", "shared" if facts["shares_storage"] else "own"),
            "gradient": bool(facts["gradient"])
            == (wish.gradient == "flow" and row.source != "plain"),
            "train": wish.train in ("", trained)
            and (not wish.train or facts["requires_grad"] == (wish.train == "leaf")),
            "layout": wish.layout in ("", "any")
            or facts["strides"] == facts["x_transposed"],
        }
        if not all(fine.values()):
            return False
    return True


# --- every wish --------------------------------------------------------------------


def test_there_is_a_wish_for_every_combination_of_answers_that_matter():
    combinations = set(itertools.product(*QUESTIONS.values()))
    assert {Wish.of(*answers) for answers in combinations} == set(WISHES)
    assert len(set(WISHES)) == len(WISHES) == 82
    for wish in WISHES:
        assert (wish.memory == "") == (wish.layout == "") == (wish.get == "number")
        asked = wish.get == "tensor"
        assert bool(wish.train) == (asked and wish.gradient == "cut")
        assert bool(wish.where) == (asked and wish.gpu == "maybe")
        assert wish.get and wish.gradient and wish.gpu
    first, last = WISHES[0], WISHES[-1]
    changes = {"get": "number", "gradient": "cut", "gpu": "maybe"}
    assert first.changes_to(last) == changes
    assert first.steps_to(last) == len({**changes, "memory": "", "layout": ""})


@pytest.mark.parametrize("wish", WISHES, ids="-".join)
def test_every_wish_is_granted_by_just_the_calls_whose_rows_have_it(
    wish, matrix, found
):
    by_rows = {
        o.id
        for o in matrix.operations
        if grants(matrix.of(o), wish, matrix.elsewhere.get(o.id, {}))
    }
    answer = found[wish]
    ids = [operation.id for operation in answer.calls]
    assert set(ids) == by_rows & set(PREFERRED)
    assert ids == sorted(ids, key=PREFERRED.index)
    # An answer, or an honest no: one of the two, and never a no by neglect.
    assert bool(ids) == bool(by_rows) != bool(answer.nearest)
    assert answer.fits == len(by_rows)


def test_a_no_leads_to_wishes_that_can_be_had_and_are_nearest(found):
    for wish, answer in found.items():
        if answer.calls:
            assert answer.nearest == ()
            continue
        distance = min(wish.steps_to(other) for other in WISHES if found[other].calls)
        for near in answer.nearest:
            assert found[near].calls
            assert wish.steps_to(near) == distance
        changes = [wish.changes_to(near) for near in answer.nearest]
        assert all(change in answer.changes for change in changes)
        assert len({str(change) for change in changes}) == len(answer.changes)
        # "Either" is left out where a more definite wish is as near.
        memories = {near.memory for near in answer.nearest} - {wish.memory}
        assert memories in (set(), {"own"}, {"shared"}, {"own", "shared"}, {"either"})


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        ("tensor own cut as-is no stay any", "detach-clone"),
        ("tensor own cut as-is maybe stay keep", "detach-clone"),
        ("tensor own cut as-is maybe cpu any", "detach-to-cpu-copy"),
        ("tensor either cut as-is maybe cpu any", "detach-cpu"),
        ("tensor own cut leaf no stay any", "parameter-detach-clone"),
        ("tensor own cut leaf maybe stay any", "parameter-detach-clone"),
        ("tensor own cut leaf maybe cpu any", "detach-to-cpu-copy-requires-grad"),
        ("tensor own flow as-is no stay any", "clone"),
        ("tensor own flow as-is maybe stay any", "clone"),
        ("tensor own flow as-is maybe cpu any", "to-cpu-copy"),
        ("tensor either flow as-is maybe cpu any", "cpu"),
        ("tensor shared cut as-is no stay keep", "detach"),
        ("tensor shared cut leaf no stay keep", "detach-requires-grad"),
        ("tensor shared flow as-is no stay any", "itself"),
        ("tensor shared flow as-is maybe cpu any", None),
        ("array own cut as-is no stay any", "numpy-of-detach-clone"),
        ("array own cut as-is no stay keep", "numpy-of-detach-clone"),
        ("array own cut as-is maybe stay any", "detach-to-cpu-copy-numpy"),
        ("array either cut as-is no stay any", "detach-numpy"),
        ("array either cut as-is maybe stay any", "detach-cpu-numpy"),
        ("array shared cut as-is no stay keep", "detach-numpy"),
        ("array shared cut as-is maybe stay keep", None),
        ("number own cut as-is no stay any", "item"),
        ("number shared cut as-is maybe stay any", "item"),
        ("array own flow as-is no stay any", None),
        ("number own flow as-is no stay any", None),
    ],
)
def test_what_is_wished_most_has_the_answer_everybody_expects(found, wish, first):
    calls = found[Wish.of(*wish.split())].calls
    assert (calls[0].id if calls else None) == first


def test_offered_calls_keep_dtype_values_and_where_wished_the_layout(matrix, found):
    kept = {o for wish, a in found.items() if wish.layout == "keep" for o in a.calls}
    assert {o.id for o in kept} > {"detach", "clone", "detach-numpy"}
    for operation in wishes.offered(matrix):
        call = second_way.function(operation)
        for transposed in (False, True) if operation in kept else (False,):
            x = second_way.source(operation, "plain", transposed)
            y = call(x)
            if operation in kept:
                assert tuple(y.shape) == tuple(x.shape)
            values = y.tolist() if hasattr(y, "tolist") else y
            assert np.array_equal(np.ravel(values), np.ravel(x.tolist()))
            if isinstance(y, torch.Tensor):
                assert y.dtype == x.dtype


# --- a source that may be on a GPU -------------------------------------------------


def test_without_a_recording_another_device_stands_in_and_the_answer_says_so(found):
    for wish, answer in found.items():
        here = found[wish._replace(gpu="no", where="")]
        if wish.gpu == "maybe":
            assert answer.recorded != bool(answer.calls)
            assert answer.on_cpu == (not answer.calls and bool(here.calls))
        else:
            assert answer.recorded and not answer.on_cpu


def test_no_call_is_offered_that_puts_a_tensor_on_another_device_unasked(matrix, found):
    """`x.to("cpu", copy=True)` is a copy on the CPU, whatever the device of x."""
    for wish, answer in found.items():
        for one in answer.calls if wish.get == "tensor" else ():
            moves = matrix.elsewhere[one.id]["device"] == "cpu"
            assert moves == (wish.where == "cpu")


def test_what_is_known_of_another_device_is_so_on_meta_too(matrix):
    """A device without values: what has to copy them to the CPU is refused there."""
    wrong = []
    for one in wishes.offered(matrix):
        shape = (1, 1) if one.values else (2, 3)
        x = torch.empty(shape, device="meta", requires_grad=True)
        y = second_way.becomes(second_way.function(one), x)
        there = matrix.elsewhere[one.id]
        if "copy out of meta tensor" in y or "item() cannot be called on meta" in y:
            again = (False, "cpu")
        elif "can't convert meta device" in y:
            again = (True, None)
        else:
            again = (False, "lazy" if y in ("same", "shared", "own") else y)
        if again != (bool(there["exception"]), there.get("device")):
            wrong.append((one.id, y, there))
    assert wrong == []


@pytest.mark.parametrize(
    ("id_", "copies"),
    [
        ("itself", 0),
        ("detach", 0),
        ("clone", 1),
        ("detach-to-cpu-copy-numpy", 1),
        ("detach-cpu-numpy", 1),
        ("detach-numpy-copy", 2),
        ("detach-clone-numpy", 2),
        ("detach-cpu-clone", 2),
    ],
)
def test_copies_of_the_values_of_a_tensor_elsewhere_are_counted(matrix, id_, copies):
    assert matrix.elsewhere[id_]["copies"] == copies


def on_a_gpu(matrix, change):
    """Made-up rows: as on the CPU, but for what `change` makes of some facts."""
    there = tuple(
        dataclasses.replace(row, on="cuda", facts=facts)
        for row in matrix.rows
        if (facts := change(row.operation.id, dict(row.facts))) is not None
    )
    return dataclasses.replace(matrix, rows=(*matrix.rows, *there), cuda="made up")


def test_recorded_rows_of_a_gpu_decide(matrix):
    def there(id_, facts):
        if facts is not None:
            stays = matrix.elsewhere.get(id_, {}).get("device") != "cpu"
            facts["x_device"] = "cuda:0"
            facts["device"] = "cuda:0" if stays else "cpu"
        return facts

    def change(id_, facts):
        if id_ == "clone":
            facts["exception"] = "RuntimeError: made up"
        if "numpy" in id_ and not facts["exception"]:
            facts["shares_storage"] = False
        return None if id_ == "detach" else facts

    whole = on_a_gpu(matrix, lambda id_, facts: there(id_, change(id_, facts)))
    answers = {answer.wish: answer for answer in wishes.answers(whole)}
    assert all(answer.recorded for answer in answers.values())
    # Both the rows of the CPU and those of the GPU have to have it.
    for wish, answer in answers.items():
        rows = {
            o: [*whole.of(o), *(whole.of(o, "cuda") if wish.gpu == "maybe" else ())]
            for o in whole.operations
            if wish.gpu == "no" or whole.of(o, "cuda")
        }
        granted = {
            o for o in rows if grants(rows[o], wish, whole.elsewhere.get(o.id, {}))
        }
        assert set(answer.calls) == {o for o in granted if o.id in PREFERRED}
        here = answers[wish._replace(gpu="no", where="")]
        assert answer.on_cpu == (not answer.calls and bool(here.calls))
    shared = answers[Wish("array", "shared", "cut", "", "maybe", "", "keep")]
    assert shared.on_cpu
    assert Wish("array", "shared", "cut", "", "no", "", "keep") in shared.nearest
    clones = answers[Wish("tensor", "own", "flow", "", "maybe", "stay", "keep")].calls
    assert clones
    assert "clone" not in {operation.id for operation in clones}
    # Of detach, no row was recorded.
    cut = answers[
        Wish("tensor", "shared", "cut", "as-is", "maybe", "stay", "keep")
    ].calls
    assert "detach" not in {operation.id for operation in cut}


# --- the programs, the lists -------------------------------------------------------


def test_every_offered_call_has_a_program_that_shows_whether_a_write_travels(
    project, matrix, run
):
    for operation in wishes.offered(matrix):
        name = example_name(operation.id)
        assert not operation.under  # or the program would have to show it
        assert run.results[name].ended == "end"
        shares = row_of(matrix, operation.id, "leaf").facts["shares_storage"]
        printed = run.results[name].output
        assert printed.count("y = ") == 2
        assert ("9." in printed) == shares
        assert operation.expression in project.programs[name].source


def test_an_example_is_a_whole_program():
    more = {"setup": "a = x\nb = a", "imports": "copy", "values": "[[2.0]]"}
    assert example(Operation("a", 1, "copy.copy(b)", **more)) == (
        "import copy\nimport torch\n\n"
        "x = torch.tensor([[2.0]], requires_grad=True)\n"
        "a = x\nb = a\ny = copy.copy(b)\n"
        'print(f"{y = }")\n\n'
        "with torch.no_grad():\n    x[0, 0] = 9.0\n"
        'print(f"{y = }")\n'
    )
    usual = example(Operation("a", 1, "x")).splitlines()
    assert usual[0] == "import torch"
    assert usual[2] == (
        "x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)"
    )


def test_all_preferred_calls_are_offered_in_order_and_no_id_is_unknown(matrix):
    offered = [operation.id for operation in wishes.offered(matrix)]
    assert offered == list(PREFERRED)
    assert wishes.check(matrix.operations) == []
    assert 10 <= len(set(wishes.CHEAT_SHEET)) == len(wishes.CHEAT_SHEET) <= 15
    backwards = [Operation("item", 2, "x"), Operation("no", 1, "x")]
    assert in_order([*backwards, Operation("clone", 1, "x")]) == (
        Operation("clone", 1, "x"),
        backwards[0],
    )


def test_an_id_that_no_operation_has_is_a_fault(project):
    known = [o for o in project.operations if o.id not in ("clone", "data")]
    faults = wishes.check(known)
    assert [(f.path, f.line, f.kind) for f in faults] == [
        (OPERATIONS, 1, "unknown-operation")
    ] * 2
    assert [f.message.split("'")[1] for f in faults] == ["clone", "data"]
    assert wishes.check([]) == []  # of a project without a matrix
    use = Use(Page("docs/ja/a.md", "a.md", "ja"), 3, Call("chooser", part="calls"))
    found = list(
        FENCES["chooser"].check(use, dataclasses.replace(project, operations=known))
    )
    assert set(faults) < set(found)
    assert {f.kind for f in found} == {"unknown-operation"}


def test_pages_that_explain_a_call_exist(project):
    explained = {o.id: o.page for o in project.operations if o.page}
    assert {*explained} <= {*PREFERRED}  # or nobody would see the link
    assert len(explained) > 20
    for id_, target in explained.items():
        page, _, anchor = target.partition("/#")
        assert page and anchor, id_
        for by_slug in project.pages.values():
            slugs = [slug for slug in by_slug if slug.startswith(page)]
            ids = {heading.id for slug in slugs for heading in by_slug[slug].headings}
            assert anchor in ids, id_


def test_programs_of_offered_calls_lie_beside_the_pages(project, run, matrix, tmp_path):
    FENCES["chooser"].publish(run, tmp_path, [])
    files = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*.*")}
    assert files == {f"{example_name(o.id)}.py" for o in wishes.offered(matrix)}
    for file in files:
        program = project.programs[file.removesuffix(".py")]
        assert (tmp_path / file).read_text("utf-8") == program.source


def test_the_kind_of_a_result_is_told_from_its_row():
    matrix = small()
    assert wishes.kind(row_of(matrix, "clone", "leaf")) == "tensor"
    assert wishes.kind(row_of(matrix, "detach-numpy", "plain")) == "array"
    assert wishes.kind(row_of(matrix, "item", "leaf")) == "number"


@pytest.mark.parametrize("own_gradient", [False, True])
def test_what_is_trained_gets_a_gradient_of_its_own(own_gradient):
    """To require grad is not enough: a view made under no_grad does."""
    matrix = small()
    rows = tuple(
        dataclasses.replace(
            one,
            facts={**one.facts, "requires_grad": True, "own_gradient": own_gradient},
        )
        for one in matrix.of(matrix.operations[0])
    )
    matrix = dataclasses.replace(matrix, rows=rows)
    wish = Wish("tensor", "shared", "cut", "leaf", "no", "", "any")
    assert wishes.grants(matrix, matrix.operations[0], wish) == own_gradient


def test_the_script_is_small():
    assert (ROOT / "docs/assets/chooser.js").stat().st_size < 5_000
