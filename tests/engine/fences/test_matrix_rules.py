"""What follows from the facts of the matrix, and what is made of it; without torch."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import re

import pytest

from sitebuild.fences import FENCES
from sitebuild.fences.matrix import export, table
from sitebuild.fences.matrix.table import FACTS, FAMILIES, SOURCES, Matrix
from sitebuild.pages.call import Call
from sitebuild.pages.outline import Page
from sitebuild.programs.operations import OPERATIONS, Operation, probe_name, program
from sitebuild.project import Run, Use
from sitebuild.run import recording
from sitebuild.run.result import Result
from sitebuild.words import Words
from tests.engine.fences.tables import ENVIRONMENT, row, small

# --- what follows from the facts ---------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "family"),
    [
        ({"exception": "E: no"}, "raises"),
        ({"same_object": True, "shares_storage": True}, "same"),
        ({"same_object": True, "shares_storage": True, "gradient": True}, "same"),
        ({"shares_storage": True, "gradient": True}, "tracked-alias"),
        (
            {"shares_storage": True, "gradient": True, "write_exception": "E: no"},
            "tracked-alias",
        ),
        ({"shares_storage": True, "version_noticed": True}, "noticed-alias"),
        ({"shares_storage": True, "version_noticed": False}, "unnoticed-alias"),
        ({"shares_storage": True, "write_exception": "E: no"}, "readonly-alias"),
        ({"gradient": True}, "tracked-copy"),
        ({}, "cut-copy"),
        ({"gradient": None}, "value"),
        ({"gradient": None, "shares_storage": True}, "unnoticed-alias"),
    ],
)
def test_families_follow_from_the_facts(facts, family):
    assert row(**facts).family == family


@pytest.mark.parametrize(
    ("facts", "traps"),
    [
        ({}, ()),
        ({"write_seen": True, "version_noticed": True}, ()),
        ({"write_seen": True, "version_noticed": False}, ("unnoticed-write",)),
        ({"requires_grad": True}, ("gradient-lost",)),
        ({"requires_grad": True, "own_gradient": True}, ("gradient-ends",)),
        ({"requires_grad": True, "gradient": True}, ()),
        ({"requires_grad": True, "gradient_exception": "E: no"}, ()),
        ({"requires_grad": True, "own_gradient": True, "warnings": ["W: a"]}, ()),
        (
            {
                "write_seen": True,
                "version_noticed": False,
                "gradient_exception": "E: no",
            },
            (),
        ),
        (
            {"requires_grad": True, "write_seen": True, "version_noticed": False},
            ("unnoticed-write", "gradient-lost"),
        ),
    ],
)
def test_traps_follow_from_the_facts(facts, traps):
    assert row(**facts).traps == traps


def test_a_plain_source_has_no_gradient_to_lose():
    assert row("plain", requires_grad=True).traps == ()
    assert row("nonleaf", requires_grad=True).traps == ("gradient-lost",)


ALIAS = {"shares_storage": True, "gradient": False, "version_noticed": True}


@pytest.mark.parametrize(
    ("leaf", "nonleaf", "plain", "family"),
    [
        ({}, {}, {}, "cut-copy"),
        ({"gradient": True}, {"gradient": True}, {}, "tracked-copy"),
        ({"gradient": True}, {}, {}, "depends"),
        ({}, {}, ALIAS, "depends"),
        ({"gradient": True}, {"gradient": True}, ALIAS, "depends"),
        (
            {**ALIAS, "gradient": True},
            {**ALIAS, "gradient": True},
            ALIAS,
            "tracked-alias",
        ),
        ({**ALIAS, "gradient": True}, {**ALIAS, "gradient": True}, {}, "depends"),
    ],
)
def test_an_operation_is_in_the_family_that_its_sources_agree_on(
    leaf, nonleaf, plain, family
):
    rows = tuple(row(s, **facts) for s, facts in zip(SOURCES, (leaf, nonleaf, plain)))
    made = Matrix((rows[0].operation,), rows, ENVIRONMENT)
    assert made.family(rows[0].operation) == family
    assert made.members(family) == [rows[0].operation]


# --- what a probe may not print ----------------------------------------------------


def made_of(text, cuda=lambda name: None, where=""):
    one = Operation("one", 7, "x")
    here = {"matrix/one": text}
    return table.make([one], here.get, ENVIRONMENT, cuda, where)


GOOD = {
    **dict.fromkeys(FACTS),
    "exception": None,
    "shares_storage": True,
    "follows_source": True,
    "write_seen": True,
    "version_noticed": True,
}


def printed(**facts):
    return json.dumps({source: {**GOOD, **facts} for source in SOURCES})


def test_what_a_probe_prints_becomes_rows():
    matrix, faults = made_of(printed())
    assert faults == []
    assert [(one.source, one.on) for one in matrix.rows] == [
        (s, "cpu") for s in SOURCES
    ]
    assert matrix.rows[0].facts == {
        **{name: GOOD[name] for name in FACTS},
        "otherwise": {},
    }
    matrix, faults = made_of(None)
    assert (matrix.operations, matrix.rows, faults) == ((), (), [])


def test_where_nothing_was_written_there_was_nothing_to_notice():
    facts = {"shares_storage": False, "follows_source": False, "write_seen": False}
    matrix, faults = made_of(printed(**facts, version_noticed=False))
    assert faults == []
    assert matrix.rows[0].facts["version_noticed"] is None


def test_a_python_number_has_no_memory_to_share():
    number = {"exception": None, "type": "float"}
    matrix, faults = made_of(json.dumps(dict.fromkeys(SOURCES, number)))
    assert faults == []
    assert matrix.rows[0].facts["shares_storage"] is False
    failed = {"exception": "E: no"}
    matrix, _ = made_of(json.dumps(dict.fromkeys(SOURCES, failed)))
    assert matrix.rows[0].facts["shares_storage"] is None


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (
            {"follows_source": False},
            "the result shares memory; by a write into the source, it does not",
        ),
        (
            {"shares_storage": False, "write_seen": False},
            "the result has its own memory; by a write into the source, it does not",
        ),
        (
            {"write_seen": False},
            "the result shares memory; by a write into the result, it does not",
        ),
        (
            {"shares_storage": False, "follows_source": False},
            "the result has its own memory; by a write into the result, it does not",
        ),
    ],
)
def test_a_probe_that_contradicts_itself_is_a_fault(facts, message):
    _, faults = made_of(printed(**facts))
    assert [(f.path, f.line, f.kind) for f in faults] == [
        (OPERATIONS, 7, "contradicting-probe")
    ] * 3
    assert faults[0].message.startswith("'one' on a leaf source")
    assert faults[0].message.endswith(message)


def test_what_cannot_be_written_contradicts_nothing():
    _, faults = made_of(printed(write_exception="E: no", write_seen=None))
    assert faults == []


def test_a_probe_that_prints_more_than_its_facts_is_a_fault():
    matrix, [fault] = made_of("hello\n" + printed())
    assert (fault.path, fault.line, fault.kind) == (OPERATIONS, 7, "talking-probe")
    assert "hello" in fault.message
    assert matrix.rows == ()


# --- a source on a GPU -------------------------------------------------------------


def test_rows_of_a_gpu_come_with_the_name_of_their_environment():
    asked = []

    def cuda(name):
        asked.append(name)
        return printed()

    matrix, _ = made_of(printed(), cuda, "some GPU")
    assert asked == ["matrix/cuda/one"]
    assert matrix.cuda == "some GPU"
    assert {(r.on, r.family) for r in matrix.rows} == {
        ("cpu", "noticed-alias"),
        ("cuda", "noticed-alias"),
    }
    assert matrix.of(matrix.operations[0], "cuda") == list(matrix.rows[3:])
    matrix, _ = made_of(printed(), where="some GPU")
    assert matrix.cuda == ""  # nothing was run there


@pytest.fixture(scope="module")
def run(project):
    """A run in which all probes print the same."""
    result = Result("end", {"": printed()})
    results = {probe_name(one): result for one in project.operations}
    return Run(project, ENVIRONMENT, results)


def recorded(project, root, torch, facts):
    """Record what probes are said to print for a source on a GPU."""
    result = Result("end", {"": printed(**facts)})
    results = {probe_name(one, "cuda"): result for one in project.operations}
    there = dataclasses.replace(ENVIRONMENT, cuda=True, torch=torch, device="A GPU")
    recording.write(root, there, [project.programs[name] for name in results], results)


def test_recordings_bring_the_rows_of_a_gpu_and_the_latest_torch_wins(
    project, run, tmp_path
):
    recorded(project, tmp_path, "2.13.0+cu130", {"dtype": "new"})
    recorded(project, tmp_path, "1.13.1+cu117", {"dtype": "old"})
    recordings = recording.read_recordings(tmp_path)
    found, faults = table.of_run(
        Run(project, ENVIRONMENT, run.results, "", {}, recordings)
    )
    assert faults == []
    assert "torch 2.13.0+cu130, Python 3.11.7, A GPU" in found.cuda
    there = [one for one in found.rows if one.on == "cuda"]
    assert len(there) == len(found.rows) / 2 == 3 * len(project.operations)
    assert {one.facts["dtype"] for one in there} == {"new"}
    # A probe that has changed since was not recorded.
    other = {**project.programs, "matrix/cuda/data": project.programs["matrix/data"]}
    changed = dataclasses.replace(project, programs=other)
    found, _ = table.of_run(Run(changed, ENVIRONMENT, run.results, "", {}, recordings))
    (data,) = (o for o in changed.operations if o.id == "data")
    assert found.of(data, "cpu") and not found.of(data, "cuda")
    # Without a recording there are no such rows.
    found, _ = table.of_run(run)
    assert (found.cuda, len(found.rows)) == ("", len(there))


def test_probes_of_this_run_decide_where_there_is_a_gpu(project, run, tmp_path):
    recorded(project, tmp_path, "2.13.0+cu130", {"dtype": "recorded"})
    recordings = recording.read_recordings(tmp_path)
    one, other, *_ = project.operations
    here = dataclasses.replace(ENVIRONMENT, cuda=True, device="This GPU")
    results = {**run.results, probe_name(one, "cuda"): run.results[probe_name(one)]}
    results[probe_name(other)] = Result("exit", {"": printed()})
    found, _ = table.of_run(Run(project, here, results, "", {}, recordings))
    assert "This GPU" in found.cuda
    assert {(r.operation, r.facts["dtype"]) for r in found.rows if r.on == "cuda"} == {
        (one, None)
    }
    assert other not in found.operations  # it failed, which is reported elsewhere


def test_every_probe_says_which_device_it_needs(project):
    for one in project.operations:
        there = project.programs[probe_name(one, "cuda")]
        here = project.programs[probe_name(one)]
        assert (there.needs_cuda, here.needs_cuda) == (True, False)
        assert there.source.startswith("# needs: cuda\n")
        assert there.source.count("cuda") - here.source.count("cuda") == 2


# --- the programs ------------------------------------------------------------------


TEMPLATE = """\
import json
import warnings

import torch

DEVICE = "cpu"
VALUES = USUAL


def operation(x):
    return x.detach()
"""


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        (Operation("a", 1, "x.detach()"), {}),
        (Operation("a", 1, "x"), {"    return x.detach()": "    return x"}),
        (
            Operation("a", 1, 'y.f("\\n")', setup="y = x\nif y:\n    z", values="[2]"),
            {
                "VALUES = USUAL": "VALUES = [2]",
                "    return x.detach()": "    y = x\n    if y:\n        z\n"
                '    return y.f("\\n")',
            },
        ),
        (
            Operation("a", 1, "y", setup="y = x", under="no_grad()", imports="copy"),
            {
                "import json": "import copy\nimport json",
                "    return x.detach()": "    with no_grad():\n        y = x\n"
                "        return y",
            },
        ),
        (
            Operation("a", 1, "x.detach()", imports="pickle"),
            {"import warnings": "import pickle\nimport warnings"},
        ),
        (
            Operation("a", 1, "x.detach()", imports="numpy as np"),
            {"import torch": "import numpy as np\nimport torch"},
        ),
        (
            Operation("a", 1, "x.detach()", imports="torch.utils.checkpoint"),
            {"import torch": "import torch\nimport torch.utils.checkpoint"},
        ),
    ],
)
def test_a_probe_is_the_template_with_what_its_operation_needs(operation, changes):
    lines = TEMPLATE.splitlines()
    assert set(changes) <= set(lines)
    expected = "".join(changes.get(line, line) + "\n" for line in lines)
    assert program(TEMPLATE, operation) == expected
    on_cuda = expected.replace('DEVICE = "cpu"', 'DEVICE = "cuda"')
    assert program(TEMPLATE, operation, "cuda") == "# needs: cuda\n" + on_cuda


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "y"),
        ({"setup": "y = x"}, "y = x\ny"),
        ({"under": "no_grad()"}, "with no_grad(): y"),
        ({"under": "no_grad()", "setup": "y = x"}, "with no_grad():\n    y = x\n    y"),
    ],
)
def test_the_code_of_an_operation_is_what_a_reader_would_write(more, code):
    assert Operation("a", 1, "y", **more).code == code


# --- notes -------------------------------------------------------------------------


def faults_of(project):
    use = Use(Page("docs/ja/a.md", "a.md", "ja"), 3, Call("matrix", part="table"))
    return sorted(FENCES["matrix"].check(use, project))


def with_notes(project, code, change):
    """The project, with the notes of one language changed."""
    language = project.languages[code]
    table_ = {key: language.words[key] for key in language.words}
    notes = {id_: table_["operations"][id_] for id_ in table_["operations"]}
    change(notes)
    words = Words({**table_, "operations": notes})
    languages = {**project.languages, code: dataclasses.replace(language, words=words)}
    return dataclasses.replace(project, languages=languages)


def test_every_operation_has_a_note_in_every_language(project):
    assert faults_of(project) == []
    for code, end in (("ja", "。"), ("en", ".")):
        notes = project.languages[code].words.operations
        assert all(notes[id_].endswith(end) for id_ in notes)


@pytest.mark.parametrize("code", ["ja", "en"])
def test_an_operation_without_a_note_is_a_fault_at_its_line(project, code):
    [fault] = faults_of(with_notes(project, code, lambda notes: notes.pop("data")))
    operation = next(o for o in project.operations if o.id == "data")
    assert (fault.path, fault.line) == (OPERATIONS, operation.line)
    assert fault.kind == "missing-note"
    assert f"words/{code}.toml" in fault.message


@pytest.mark.parametrize("code", ["ja", "en"])
def test_a_note_without_an_operation_is_a_fault_at_its_line(project, code, tmp_path):
    (tmp_path / "words").mkdir()
    file = tmp_path / f"words/{code}.toml"
    file.write_text('[a]\nlost = "no"\n\n[operations]\nlost = "one"\n', "utf-8")
    lost = with_notes(project, code, lambda notes: notes.update(lost="one"))
    [fault] = faults_of(dataclasses.replace(lost, root=tmp_path))
    assert (fault.path, fault.line) == (f"words/{code}.toml", 5)
    assert fault.kind == "unknown-operation"
    assert "'lost'" in fault.message


# --- for other programs ------------------------------------------------------------


def test_json_and_csv_equal_the_table(project):
    matrix = small(cuda=True)
    data = json.loads(export.as_json(matrix, project.languages))
    assert list(data) == [
        *("environment", "cuda_environment", "columns", "families", "operations")
    ]
    assert data["environment"]["torch"] == matrix.environment.torch
    assert "date" not in data["environment"]
    assert data["columns"] == list(FACTS)
    assert data["families"] == {
        family: [o.id for o in matrix.members(family)] for family in FAMILIES
    }
    lines = list(csv.DictReader(io.StringIO(export.as_csv(matrix, project.languages))))
    assert list(lines[0]) == [
        *("id", "code", "note_ja", "note_en", "operation_family"),
        *("source", "on", "family", "traps", *FACTS),
    ]
    found = [
        ({**entry, **one}, line)
        for entry, line in zip(
            (entry for entry in data["operations"] for _ in entry["rows"]), lines
        )
        for one in entry["rows"]
        if (one["source"], one["on"]) == (line["source"], line["on"])
    ]
    rows = [
        one
        for operation in matrix.operations
        for on in ("cpu", "cuda")
        for one in matrix.of(operation, on)
    ]
    assert len(found) == len(lines) == len(rows) == len(matrix.rows)
    for row_, (entry, line) in zip(rows, found):
        operation = row_.operation
        for name in ("id", "code"):
            assert entry[name] == line[name] == getattr(operation, name)
        for name in ("expression", "setup", "under", "values"):
            assert entry[name] == getattr(operation, name)
        for code, language in project.languages.items():
            note = language.words.operations[operation.id]
            assert entry["note"][code] == line[f"note_{code}"] == note
        assert (entry["source"], entry["on"]) == (row_.source, row_.on)
        assert (line["source"], line["on"]) == (row_.source, row_.on)
        assert line["operation_family"] == matrix.family(operation)
        assert entry["family"] == line["family"] == row_.family
        assert entry["traps"] == line["traps"].split() == list(row_.traps)
        for name in FACTS:
            assert entry[name] == row_.facts[name]
            assert line[name] == export.cell_text(row_.facts[name])


def test_json_names_the_family_of_the_operation_and_of_each_row(project):
    matrix = small(cuda=True)
    languages = with_notes(
        project, "ja", lambda notes: notes.update(detach="<b>", clone="c")
    ).languages
    data = json.loads(export.as_json(matrix, languages))
    assert data["cuda_environment"] == "torch 2.13.0+cu130, Some <GPU>"
    entry = next(e for e in data["operations"] if e["id"] == "detach-numpy")
    assert entry["family"] == "depends"
    assert entry["program"] == "matrix/detach-numpy.py"
    assert [(r["on"], r["family"]) for r in entry["rows"]] == [
        *[("cpu", "raises")] * 2,
        ("cpu", "unnoticed-alias"),
        *[("cuda", "raises")] * 3,
    ]
    assert data["operations"][0]["note"]["ja"] == "<b>"


def test_a_cell_of_the_csv_is_plain():
    assert export.cell_text(None) == ""
    assert export.cell_text(True) == "true"
    assert export.cell_text(["a", "b"]) == "a\nb"
    assert export.cell_text({"a": "b", "c": "d: e"}) == "a: b\nc: d: e"
    assert export.cell_text("(1, 2)") == "(1, 2)"


def test_tables_and_programs_lie_beside_the_pages(project, run, tmp_path):
    assert len(project.operations) > 80
    # `serve` links the files of the last site; writing must not reach those.
    (tmp_path / "matrix").mkdir()
    last = tmp_path / f"{probe_name(project.operations[0])}.py"
    last.write_text("of the last site")
    os.link(last, tmp_path / "last")
    FENCES["matrix"].publish(run, tmp_path, [])
    files = {f.relative_to(tmp_path).as_posix() for f in tmp_path.rglob("*.*")}
    assert files == {
        "matrix/behaviour-matrix.csv",
        "matrix/behaviour-matrix.json",
        *(f"{probe_name(one)}.py" for one in project.operations),
        "matrix/elsewhere.py",
    }
    assert (tmp_path / "last").read_text() == "of the last site"
    for one in project.operations:
        text = (tmp_path / f"{probe_name(one)}.py").read_text("utf-8")
        assert text == project.programs[probe_name(one)].source


def test_a_page_with_the_matrix_depends_on_all_that_it_shows(project):
    call = Call("matrix", part="table")
    before = list(FENCES["matrix"].depends(call, project))
    [other, *rest] = project.operations
    changed = dataclasses.replace(
        project, operations=[dataclasses.replace(other, id="another"), *rest]
    )
    assert before != list(FENCES["matrix"].depends(call, changed))
    for name in ("matrix/detach", "which-one/detach"):
        assert project.programs[name].digest in before
    assert all(re.fullmatch(r"[0-9a-f]+", digest) for digest in before[:-1])
