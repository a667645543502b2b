"""The page on all of torch, from a few rows made by hand."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitebuild.fences import population as pages
from sitebuild.fences.population import GROUPS, PARTS, Population, Row
from sitebuild.pages.call import Call
from sitebuild.project import Use
from tests.engine.fences.conftest import ENVIRONMENT, GPU, NEW, OLD, Recorded
from tests.engine.fences.test_tables_view import NASTY, skeleton, worded

COPY = {
    "name": "add",
    "samples": 4,
    "result": ["copy"],
    "declared": False,
    "saves_input": "never",
    "saves_arguments": None,
    "saves_output": "never",
    "saves_other": False,
    "saved_by_hooks_agrees": True,
    "write_input": ["right"],
    "write_arguments": [],
    "write_output": ["right"],
    "inplace": "moves",
    "out": None,
    "changes_arguments": None,
    "detector": {"wrong": 2, "caught": 2},
    "reason": None,
}
LINEAR = {
    "name": "nn.Linear",
    "samples": 3,
    "learning": "always",
    "frozen": "never",
    "eval": "always",
    "statistics": None,
    "reason": None,
}
SGD = {
    **{"name": "SGD", "variant": "default", "steps": 6},
    **{"counter": "moves", "after": "raises", "reason": None},
}
WRITE = {"name": "", "calls": 3, "counter": None, "reason": None}
ROWS = {
    "operations": [
        COPY,
        {**COPY, "name": "view", "result": ["view"], "declared": True},
        {
            **COPY,
            "name": "nn.functional.dropout",
            "result": ["copy", "input"],
            "saves_other": True,
            "saved_by_hooks_agrees": False,
        },
        {
            **COPY,
            "name": "kron",
            "saves_input": "always",
            "saves_arguments": "sometimes",
            "saves_output": "sometimes",
            "write_input": ["raises", "right"],
            "write_arguments": ["wrong"],
            "out": "still",
        },
        {**COPY, "name": "unsafe_split", "result": ["alias"]},
        {
            **{"name": "argmax", "samples": 9, "result": ["copy"], "declared": False},
            **dict.fromkeys(("saves_input", "saves_output", "saves_other")),
            **{"write_input": [], "write_output": [], "reason": "not <differentiable>"},
        },
        {"name": "lost & gone", "samples": 0, "reason": "ValueError: <none>"},
    ],
    "modules": [
        LINEAR,
        {**LINEAR, "name": "nn.BatchNorm1d", "frozen": "always", "statistics": "still"},
        {**LINEAR, "name": "nn.ReLU", "learning": "never"},
    ],
    "optimizers": [
        SGD,
        {**SGD, "variant": "fused", "counter": "still", "after": "wrong"},
        {**SGD, "variant": "capturable", "steps": 0, "reason": "needs CUDA"},
    ],
    "writes": [
        {**WRITE, "name": "Tensor.abs_", "counter": "moves"},
        {**WRITE, "name": "Tensor.numpy() = ...", "counter": "still"},
        {**WRITE, "name": "Tensor.rename_", "reason": "no values changed"},
    ],
}


def made(rows=ROWS, environment=ENVIRONMENT):
    return {
        of: Population(tuple(Row(of, facts) for facts in found), environment)
        for of, found in rows.items()
    }


def lines(of, rows=ROWS):
    return "".join(json.dumps(facts) + "\n" for facts in rows[of])


@pytest.fixture
def recorded(desk):
    """A function: the desk's run, with these recordings of the programs."""

    def run(*recordings):
        for of in ROWS:
            program = desk.program(f"populations/{of}", "print()\n")
            program = dataclasses.replace(
                program, path=f"populations/{of}.py", beside="# shared\n"
            )
            desk.project.programs[program.name] = program
        desk.run.recordings[:] = recordings
        return desk.run

    yield run
    pages.of_run.cache_clear()


def everything(environment):
    outputs = {f"populations/{of}": {"": lines(of)} for of in ROWS}
    return Recorded(environment, outputs)


# --- what the rows say ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "column", "cell"),
    [
        ({}, "result", ("copy",)),
        ({"result": ["view"], "declared": True}, "result", ("view",)),
        ({"result": ["view"], "declared": None}, "result", ("view", "undeclared")),
        ({"result": ["copy", "view"]}, "result", ("copy", "view", "undeclared")),
        ({"result": ["input"], "changes_arguments": "moves"}, "result", ("input",)),
        ({}, "saved", ("nothing",)),
        ({"saves_input": None, "saves_output": None, "saves_other": None}, "saved", ()),
        ({"saves_output": "sometimes"}, "saved", ("output-sometimes",)),
        (
            {"saves_input": "always", "saves_arguments": "always", "saves_other": True},
            "saved",
            ("input-always", "arguments-always", "other"),
        ),
        ({"write_arguments": ["right", "raises"]}, "written", ("right", "raises")),
        ({}, "inplace", ("moves",)),
        ({}, "out", ()),
    ],
)
def test_what_a_cell_shows(facts, column, cell):
    assert Row("operations", {**COPY, **facts}).cells[column] == cell


def test_a_fact_that_was_not_asked_for_is_not_taken_for_one_that_does_not_apply():
    row = Row("operations", {"name": "add", "samples": 1})
    assert row.cells["inplace"] == row.cells["result"] == ("unknown",)
    assert "input-unknown" in row.cells["saved"]
    assert not any(rule(row) for of, rule in GROUPS.values() if of == "operations")


MEMBERS = {
    "unnoticed": ["kron"],
    "uncounted": ["kron"],
    "quiet": ["Tensor.numpy() = ..."],
    "steps": ["SGD fused"],
    "statistics": ["nn.BatchNorm1d"],
    "alias": ["unsafe_split"],
    "undeclared": ["nn.functional.dropout", "unsafe_split"],
    "depends": ["nn.functional.dropout"],
    "hooks": ["nn.functional.dropout"],
    "freed": ["nn.Linear"],
}


def test_which_rows_are_exceptions_follows_from_the_rows():
    found = {
        group: [row.name for row in pages.members(made(), group)] for group in GROUPS
    }
    assert found == MEMBERS


def test_the_summary_counts():
    found = {of: pages.numbers(one.rows) for of, one in made().items()}
    assert found["operations"] == {
        **{"listed": 7, "sampled": 6, "samples": 29, "copies": 3, "shares": 3},
        **{"input": 1, "output": 1, "nothing": 3, "raises": 1, "inplace": 5, "out": 0},
        **{"learning": 0, "counted": 0},
    }
    assert (found["modules"]["listed"], found["modules"]["learning"]) == (3, 2)
    assert found["optimizers"]["sampled"] == 2
    assert (found["writes"]["sampled"], found["writes"]["counted"]) == (3, 1)


def test_anchors_follow_from_the_names_and_stay():
    """They are linked from elsewhere: a new rule for them breaks links."""
    found = [row.anchor for one in made().values() for row in one.rows]
    assert found[2:4] == ["operation-nn.functional.dropout", "operation-kron"]
    assert found[9:11] == ["module-nn.ReLU", "optimizer-SGD-default"]
    assert found[-2] == "write-Tensor.numpy-..."
    assert "operation-lost-gone" in found


# --- how they are shown ----------------------------------------------------------------


@pytest.mark.parametrize("code", ["ja", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_as_it_was(part, code, desk, snapshot):
    text = str(pages.render(made(), part, desk.view(code)))
    snapshot(f"fences/population-{part}.{code}.html", text)
    assert text.startswith("<")  # or Markdown takes it for a paragraph


def test_each_row_has_its_anchor_once_and_each_link_leads_to_one(desk):
    text = "".join(str(pages.render(made(), part, desk.view())) for part in PARTS)
    page = LexborHTMLParser(text)
    ids = [found.attributes["id"] for found in page.css("[id]")]
    rows = [row.anchor for one in made().values() for row in one.rows]
    assert sorted(ids) == sorted([*rows, *(f"exception-{group}" for group in GROUPS)])
    links = {a.attributes["href"] for a in page.css("a[href^='#']")}
    assert links == {f"#{id_}" for id_ in ids}


def test_what_lies_in_wait_is_marked(desk):
    page = LexborHTMLParser(str(pages.render(made(), "operations", desk.view())))
    marked = page.css_first("#operation-kron").css("b")
    assert [mark.text() for mark in marked] == ["wrong", "stays"]
    rows = [row.attributes["id"] for row in page.css("tr[data-t]")]
    assert rows == [
        f"operation-{name}" for name in ("nn.functional.dropout", "kron")
    ] + ["operation-unsafe_split"]


def test_the_script_can_tell_the_values_of_a_cell_apart(desk):
    """It splits the text of a cell where one value ends and the next begins."""
    for language in desk.project.languages.values():
        own = language.words.population
        assert not [key for key in own["values"] if own["and"] in own["values"][key]]


def test_what_was_not_recorded_is_said(desk):
    found = made({"modules": ROWS["modules"]})
    note = "No run of this program, in its present form, has been recorded yet."
    assert note in str(pages.render(found, "operations", desk.view()))
    summary = str(pages.render(found, "summary", desk.view()))
    assert summary.count(note) == 3
    assert "#exception-freed" in summary and "#exception-steps" not in summary
    for part in PARTS:
        assert pages.render({}, part, desk.view())


@pytest.mark.parametrize("part", PARTS)
def test_nothing_that_was_recorded_becomes_html(part, desk):
    def filled(text):
        rows = {
            of: [
                {
                    **facts,
                    "name": facts["name"] + text,
                    "reason": facts["reason"] and text,
                }
                for facts in found
            ]
            for of, found in ROWS.items()
        }
        environment = dataclasses.replace(ENVIRONMENT, device=text)
        text = str(pages.render(made(rows, environment), part, desk.view()))
        return text.replace("<wbr>", "")

    text = filled(NASTY)
    assert skeleton(text) == skeleton(filled("plain")) != []
    assert not {"\x1b", "\u202e"} & set(text)


@pytest.mark.parametrize("part", PARTS)
def test_no_word_becomes_html(part, desk):
    text, usual = (
        str(pages.render(made(), part, worded(desk.view(), more)))
        for more in (NASTY.replace("`{0}", ""), "plain")
    )
    assert skeleton(text) == skeleton(usual)


# --- where they come from --------------------------------------------------------------


def test_rows_of_this_environment_are_shown_and_else_those_of_the_last(recorded):
    run = recorded(everything(OLD), everything(ENVIRONMENT), everything(NEW))
    populations, faults = pages.of_run(run)
    assert faults == []
    assert {p.environment for p in populations.values()} == {ENVIRONMENT}
    assert [r.facts for r in populations["operations"].rows] == ROWS["operations"]
    for recordings, shown in (
        ([everything(OLD), everything(NEW)], NEW),
        ([everything(OLD), Recorded(NEW, {}), everything(GPU)], OLD),
    ):
        pages.of_run.cache_clear()
        populations, _ = pages.of_run(recorded(*recordings))
        assert {p.environment for p in populations.values()} == {shown}
    pages.of_run.cache_clear()
    assert pages.of_run(recorded(everything(GPU))) == ({}, [])


def test_rows_of_another_environment_say_so(desk):
    here = str(pages.render(made(), "modules", desk.view()))
    assert "Recorded with: torch 2.13.0+cpu, Python 3.11.7, CPU" in here
    assert "Not recorded with the torch of this build" not in here
    there = str(pages.render(made(environment=OLD), "modules", desk.view()))
    assert "Not recorded with the torch of this build, but with: torch 1.13.1" in there


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "JSONDecodeError"),
        ("[1]", "AttributeError"),
        ('{"samples": 1}', "KeyError: 'name'"),
        ('{"name": null}', "TypeError"),
        (json.dumps(COPY), "ValueError: 'add' has the anchor of another row"),
        (json.dumps({**COPY, "name": "x", "out": "odd"}), "ValueError: 'odd' has no"),
    ],
)
def test_a_row_that_cannot_be_shown_is_a_fault(desk, recorded, line, what):
    outputs = {"populations/operations": {"": lines("operations") + line + "\n"}}
    run = recorded(Recorded(ENVIRONMENT, outputs))
    call = Call("population", part="summary")
    [fault] = pages.POPULATION.judge(Use(desk.page("en"), 1, call), run)
    path = "recordings/torch-2.13.0-cpu/populations/operations.txt"
    assert (fault.path, fault.line, fault.kind) == (path, 8, "unclear-population")
    assert what in fault.message
    assert len(pages.of_run(run)[0]["operations"].rows) == len(ROWS["operations"])


def test_the_page_is_rendered_again_when_a_program_changes(desk, recorded):
    call = Call("population", part="summary")
    recorded()
    before = list(pages.POPULATION.depends(call, desk.project))
    desk.program("populations/modules", "print(1)\n")
    desk.program("other/modules", "print(1)\n")
    after = list(pages.POPULATION.depends(call, desk.project))
    assert len(before) == len(after) == 4
    assert before != after


# --- for other programs ----------------------------------------------------------------


def test_csv_and_json_hold_every_fact_of_every_row(recorded, tmp_path):
    run = recorded(everything(ENVIRONMENT))
    pages.POPULATION.publish(run, tmp_path, [])
    for of, found in ROWS.items():
        data = json.loads((tmp_path / f"populations/{of}.json").read_text("utf-8"))
        assert data["environment"]["torch"] == "2.13.0+cpu"
        anchors = [row.pop("anchor") for row in data["rows"]]
        assert data["rows"] == found
        assert anchors == [row.anchor for row in made()[of].rows]
        text = (tmp_path / f"populations/{of}.csv").read_text("utf-8")
        read = list(csv.DictReader(io.StringIO(text)))
        assert [row["name"] for row in read] == [facts["name"] for facts in found]
    assert (tmp_path / "populations/operations.py").read_text("utf-8") == "print()\n"
    assert (tmp_path / "populations/samples.py").read_text("utf-8") == "# shared\n"
    text = (tmp_path / "populations/operations.csv").read_text("utf-8")
    kron = list(csv.DictReader(io.StringIO(text)))[3]
    assert (kron["write_input"], kron["out"], kron["inplace"]) == (
        *("raises right", "still", "moves"),
    )
    assert (kron["detector.wrong"], kron["saves_other"], kron["reason"]) == (
        *("2", "false", ""),
    )
