"""The behaviour matrix, probed a second time in another way, and its page.

The second way shares nothing with matrix/probe.py but the list: it runs in
this process, writes each element of the source and looks at the result, asks
autograd itself whether it noticed a write, and walks the graph.
"""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
import warnings

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from sitebuild import build, matrix, matrix_page, recordings
from sitebuild.matrix import Row
from sitebuild.render import Site
from sitebuild.run import Runner
from tests.conftest import ROOT

PAGE = "reference/behaviour-matrix/index.html"
COMPARED = ("shares_storage", "write_seen", "version_noticed", "gradient")


@pytest.fixture(scope="module")
def table(outline, results, environment):
    made, problems = matrix.make(
        outline.operations, lambda name: results[name].output, environment
    )
    assert problems == []
    return made


# --- the second way -------------------------------------------------------------


def function(operation):
    """The operation as a function, built without the template."""
    scope = {"torch": torch}
    if operation.imports:
        exec(f"import {operation.imports}", scope)
    lines = [*operation.setup.splitlines(), f"result = {operation.expression}"]
    code = "\n".join(lines)
    if operation.under:
        code = f"with {operation.under}:\n" + textwrap.indent(code, " ")

    def call(x):
        names = {**scope, "x": x}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(code, names)
        return names["result"]

    return call


def make_source(operation, kind):
    numbers = json.loads(operation.values or "[[1, 2, 3], [4, 5, 6]]")
    plain = torch.tensor(numbers, dtype=torch.float32)
    if kind == "plain":
        return plain
    leaf = plain.requires_grad_()
    return leaf if kind == "leaf" else torch.add(leaf, 0)


def complex_source(operation, kind):
    plain = torch.complex(*torch.arange(1.0, 9.0).reshape(2, 2, 2).unbind()).clone()
    if kind == "plain":
        return plain
    leaf = plain.requires_grad_()
    return leaf if kind == "leaf" else torch.add(leaf, 0)


def fresh(operation, kind):
    make = complex_source if "j" in operation.values else make_source
    x = make(operation, kind)
    assert x._base is None
    return x, function(operation)(x)


def bits(value):
    """The bits of every element of a tensor or an array, in order."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value).tobytes()
    copy = value.detach().resolve_conj().contiguous()
    return bytes(copy.reshape(-1).view(torch.uint8).tolist())


def reaches(y, x):
    """Whether the graph of y holds the node at which x stands."""
    if y is x:
        return True
    edges = torch.autograd.graph.get_gradient_edge
    if not x.requires_grad:
        return False
    wanted, seen = edges(x).node, set()
    waiting = [y.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen or "NotImplemented" in node.name():
            continue
        if node is wanted:
            return True
        seen.add(node)
        waiting += [following for following, _ in node.next_functions]
    return False


def second_way(operation, kind):
    """The compared facts of one row; None where the operation raises."""
    try:
        x, y = fresh(operation, kind)
    except Exception:
        return None
    facts = dict.fromkeys(COMPARED)
    if not isinstance(y, (torch.Tensor, np.ndarray)):
        return {**facts, "shares_storage": False}
    if isinstance(y, torch.Tensor):
        facts["gradient"] = y.requires_grad and reaches(y, x)

    # Does a new value of any single element of the source show in the result?
    shared = False
    for index in np.ndindex(*x.shape):
        before = bits(y)
        with torch.no_grad():
            x[index] = 50
        shared = shared or bits(y) != before
    facts["shares_storage"] = shared

    # Does autograd, which saved the source, complain of a write to the result?
    x, y = fresh(operation, kind)
    weight = torch.ones_like(x).detach().requires_grad_()
    used = x * weight  # saves x
    before = bits(x)
    try:
        with torch.no_grad():
            y[(-1,) * y.ndim] = 0
    except (RuntimeError, ValueError):
        return facts
    facts["write_seen"] = bits(x) != before
    if facts["write_seen"]:
        try:
            used.backward(torch.ones_like(used))
            message = ""
        except RuntimeError as error:
            message = str(error)
        facts["version_noticed"] = "modified by an inplace operation" in message
        assert facts["version_noticed"] or not message
    return facts


def differences(table):
    found = []
    for row in table.rows:
        again = second_way(row.operation, row.source)
        if row.facts["exception"]:
            if again is not None:
                found.append((row.operation.id, row.source, "exception"))
            continue
        found += [
            (row.operation.id, row.source, name, row.facts[name])
            for name in COMPARED
            if again is None or again[name] != row.facts[name]
        ]
    return found


def test_a_second_way_of_probing_finds_the_same(table):
    assert differences(table) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("x._version != version", "x._version == version", "version_noticed"),
        ("x.grad is not None", "x.grad is None", "gradient"),
        ("y[(0,) * y.ndim] = value", "pass", "write_seen"),
        ("    return 0 <= address", "    return not 0 <= address", "shares_storage"),
    ],
)
def test_a_broken_probe_is_found(old, new, name, outline, monkeypatch, tmp_path):
    text = (ROOT / matrix.TEMPLATE).read_text("utf-8")
    assert text.count(old) == 1
    some = [o for o in outline.operations if o.id in ("detach", "clone", "view")]
    (tmp_path / "matrix").mkdir()
    (tmp_path / matrix.TEMPLATE).write_text(text.replace(old, new), "utf-8")
    probes, _ = matrix.probes(tmp_path, some)
    with Runner() as runner:
        ran = dict(runner.run([s for s in probes.values() if not s.needs_cuda]))
    broken, problems = matrix.make(some, lambda n: ran[n].output, {})
    assert name in {difference[2] for difference in differences(broken)}
    if name in ("write_seen", "shares_storage"):  # the probe itself contradicts
        assert any("contradicts itself" in str(problem) for problem in problems)


# --- the list, the families ----------------------------------------------------


def test_there_are_at_least_eighty_operations_with_notes_in_both_languages(outline):
    assert len(outline.operations) >= 80
    for operation in outline.operations:
        assert operation.notes["ja"].endswith("。"), operation.id
        assert operation.notes["en"].endswith("."), operation.id
    codes = [operation.code for operation in outline.operations]
    assert len(set(codes)) == len(codes)


def test_a_faulty_entry_is_reported_with_its_line(tmp_path):
    (tmp_path / "matrix").mkdir()
    (tmp_path / matrix.OPERATIONS).write_text(
        "[one]\nexpression = x\nja = あ。\n\n[two]\nexpression = x\nja = あ。\n"
        "en = A.\nwhy = x\n\n[two]\nexpression = x\nja = あ。\nen = A.\nhm\n",
        "utf-8",
    )
    operations, problems = matrix.read_operations(tmp_path)
    assert [operation.id for operation in operations] == ["two"]
    assert sorted((p.line, p.message) for p in problems) == [
        (1, "'one' has no en"),
        (9, "'why' cannot stand here"),
        (11, "a second operation is called 'two'"),
        (15, "cannot read 'hm'"),
    ]


def test_an_entry_that_is_no_python_is_reported_with_its_line(tmp_path):
    (tmp_path / "matrix").mkdir()
    template = (ROOT / matrix.TEMPLATE).read_text("utf-8")
    (tmp_path / matrix.TEMPLATE).write_text(template, "utf-8")
    wrong = matrix.Operation("wrong", 7, "x.detach(", {"ja": "あ。", "en": "A."})
    snippets, (problem,) = matrix.probes(tmp_path, [wrong])
    assert snippets == {}
    assert (problem.path, problem.line) == (matrix.OPERATIONS, 7)
    assert "SyntaxError" in problem.message


def row(source="leaf", **facts):
    usual = dict.fromkeys(matrix.FACTS, False)
    return Row(matrix.Operation("a", 1, "x", {}), source, "cpu", {**usual, **facts})


@pytest.mark.parametrize(
    ("facts", "family"),
    [
        ({"exception": "E: no"}, "raises"),
        ({"same_object": True, "shares_storage": True}, "same"),
        ({"shares_storage": True, "gradient": True}, "tracked-alias"),
        ({"shares_storage": True, "version_noticed": True}, "noticed-alias"),
        ({"shares_storage": True, "version_noticed": False}, "unnoticed-alias"),
        ({"shares_storage": True, "write_exception": "E: no"}, "readonly-alias"),
        ({"gradient": True}, "tracked-copy"),
        ({}, "cut-copy"),
        ({"gradient": None}, "value"),
    ],
)
def test_families_follow_from_the_facts(facts, family):
    assert row(**facts).family == family


def test_traps_follow_from_the_facts():
    assert row(write_seen=True, version_noticed=True).traps == ()
    assert row(write_seen=True).traps == ("unnoticed-write",)
    assert row(requires_grad=True).traps == ("gradient-lost",)
    assert row(requires_grad=True, own_gradient=True).traps == ("gradient-ends",)
    assert row(requires_grad=True, gradient=True).traps == ()
    assert row("plain", requires_grad=True).traps == ()


def test_every_operation_is_in_one_family_and_most_families_have_members(table):
    listed = [o.id for family in matrix.FAMILIES for o in table.members(family)]
    assert sorted(listed) == sorted(o.id for o in table.operations)
    empty = {f for f in matrix.FAMILIES if not table.members(f)}
    assert empty <= {"readonly-alias"}


# --- rows that everybody looks up ----------------------------------------------


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
def test_family_of_a_well_known_operation(table, id_, family):
    operation = next(o for o in table.operations if o.id == id_)
    assert table.family(operation) == family


def test_numpy_raises_for_sources_that_require_grad(table):
    assert "requires grad" in table.row("numpy", "leaf").facts["exception"]
    assert table.row("numpy", "plain").family == "unnoticed-alias"


def test_a_view_made_under_no_grad_claims_requires_grad_and_leads_nowhere(table):
    assert table.row("no-grad-view", "leaf").traps == ("gradient-lost",)


def test_a_parameter_shares_memory_and_keeps_the_gradient_to_itself(table):
    found = table.row("parameter", "leaf")
    assert found.facts["shares_storage"]
    assert found.traps == ("gradient-ends",)


def test_deepcopy_refuses_a_non_leaf(table):
    assert table.row("deepcopy", "nonleaf").family == "raises"


def test_torch_tensor_of_a_tensor_warns(table):
    assert "To copy construct" in table.row("tensor", "leaf").facts["warnings"][0]


def test_strides_tell_which_copies_keep_the_layout(table):
    assert table.row("clone", "leaf").facts["strides"] == "(1, 2)"
    assert table.row("clone-contiguous", "leaf").facts["strides"] == "(3, 1)"
    assert "RuntimeError" in table.row("view", "leaf").facts["strides"]


# --- data, page, recordings -----------------------------------------------------


def test_csv_and_json_on_the_site_equal_the_table(table, built):
    data = json.loads((built / f"{matrix.DATA}.json").read_text("utf-8"))
    assert data["columns"] == list(matrix.FACTS)
    found = {
        (operation["id"], row["source"], row["on"]): row
        for operation in data["operations"]
        for row in operation["rows"]
    }
    text = (built / f"{matrix.DATA}.csv").read_text("utf-8")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(found) == len(lines) == len(table.rows) == 3 * len(data["operations"])
    for row_, line in zip(table.rows, lines):
        key = (row_.operation.id, row_.source, row_.on)
        assert (line["id"], line["source"], line["on"]) == key
        for name in matrix.FACTS:
            assert found[key][name] == row_.facts[name]
            assert line[name] == matrix.cell_text(row_.facts[name])
        assert found[key]["family"] == line["family"] == row_.family
        assert " ".join(found[key]["traps"]) == line["traps"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_table_on_the_page_equals_the_data(table, built, language):
    page = built / ("" if language == "ja" else "en") / PAGE
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    words = matrix_page.WORDS[language]
    bodies = soup.select("table.matrix-on tbody[id]")
    assert [body["id"] for body in bodies] == [o.id for o in table.operations]
    names = list(matrix_page.COLUMNS[language])
    for body, operation in zip(bodies, table.operations):
        assert operation.notes[language] in body.text
        assert (built / matrix.probe_name(operation)).with_suffix(".py").exists()
        by_source = {
            source: line
            for line in body.select("tr[data-s]")
            for source in line["data-s"].split()
        }
        assert list(matrix.SOURCES) == sorted(by_source, key=matrix.SOURCES.index)
        for row_ in table.of(operation):
            cells = [cell.text for cell in by_source[row_.source].select("td")]
            if row_.facts["exception"]:
                assert cells == [row_.facts["exception"]]
                continue
            assert len(cells) == len(names)
            for name, cell in zip(names, cells):
                if name not in row_.facts or name in ("grad_fn", "strides"):
                    continue
                value = row_.facts[name]
                word = "–" if value is None else words["yes" if value else "no"]
                assert cell.removeprefix("⚠ ") == word, (operation.id, name)
        for warning in (w for r in table.of(operation) for w in r.facts["warnings"]):
            assert warning in body.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_operations_can_be_searched_and_the_table_is_accessible(table, built, language):
    folder = built / ("" if language == "ja" else "en")
    index = json.loads((folder / "search/search_index.json").read_text("utf-8"))
    text = " ".join(
        entry["text"]
        for entry in index["docs"]
        if "behaviour-matrix" in entry["location"]
    )
    plain = BeautifulSoup(text, "html.parser").text
    missing = [o.id for o in table.operations if o.code.split("\n")[0] not in plain]
    assert missing == []
    assert len(text) < 40_000  # the families and the prose, not the table
    page = BeautifulSoup((folder / PAGE).read_text("utf-8"), "html.parser")
    found = page.select_one("table.matrix-on")
    assert found.caption.text
    assert all(head.get("scope") for head in found.select("th"))
    assert page.select_one(".matrix-controls").has_attr("hidden")  # until a script
    ids = [element["id"] for element in page.select("[id]")]
    assert len(set(ids)) == len(ids)


def test_without_a_recording_of_cuda_the_page_says_so_once(table, built):
    if table.environment["cuda"] or any(
        r.environment["cuda"] for r in recordings.read_recordings(ROOT)
    ):
        pytest.skip("there is one")
    for language in ("ja", "en"):
        text = (built / ("" if language == "ja" else "en") / PAGE).read_text("utf-8")
        lead = matrix_page.WORDS[language]["no cuda"].partition("`")[0]
        assert text.count(lead) == 1


def test_recordings_round_trip_and_bring_the_rows_of_cuda(
    table, outline, results, environment, tmp_path
):
    """A made-up recording: what the CPU printed, as if the source were elsewhere."""
    probes = [outline.snippets[matrix.probe_name(o)] for o in outline.operations]
    on_cuda = [
        outline.snippets[matrix.probe_name(o, "cuda")] for o in outline.operations
    ]
    printed = {
        there.name: results[here.name] for here, there in zip(probes, on_cuda)
    } | {here.name: results[here.name] for here in probes}
    elsewhere = {**environment, "cuda": True, "device": "Made-up GPU"}
    recordings.write(tmp_path, elsewhere, probes + on_cuda, printed)
    (recording,) = recordings.read_recordings(tmp_path)
    for snippet in probes:
        assert recording.outputs(snippet) == results[snippet.name].outputs
    site = Site(outline.snippets, results, [recording], {**environment, "cuda": False})
    found, problems = build.tabulate(outline, site)
    assert problems == []
    assert "Made-up GPU" in found.cuda
    for row_ in table.rows:
        there = found.row(row_.operation.id, row_.source, "cuda")
        assert there.facts == row_.facts
    same = matrix_page.render(found, "cuda", "en", "../")
    assert matrix_page.WORDS["en"]["same on cuda"] in same


def test_every_program_of_the_matrix_says_which_device_it_needs(outline):
    for operation in outline.operations:
        there = outline.snippets[matrix.probe_name(operation, "cuda")]
        assert there.needs_cuda
        assert 'DEVICE = "cuda"' in there.source
        assert not outline.snippets[matrix.probe_name(operation)].needs_cuda


def test_links_to_rows_are_anchors_that_stay():
    """Renaming an id breaks links from elsewhere: think before changing these."""
    text = (ROOT / matrix.OPERATIONS).read_text("utf-8")
    ids = set(re.findall(r"(?m)^\[([a-z0-9-]+)\]$", text))
    assert {"detach", "clone", "data", "detach-clone", "numpy", "copy-copy"} <= ids
