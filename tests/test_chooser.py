"""The chooser: every wish, checked against operations run a second way.

The second way is this process: it runs an operation on the three sources,
writes into the source, asks `torch.autograd.grad`, and looks at type and
strides. Where a source on a GPU would lead is told apart by the meta device,
which has no memory to hand over.
"""

from __future__ import annotations

import dataclasses
import itertools
import textwrap
import warnings

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from sitebuild import chooser, chooser_page, matrix
from sitebuild.chooser import QUESTIONS, WISHES, Wish
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def table(outline, results, environment):
    made, problems = matrix.make(
        outline.operations, lambda name: results[name].output, environment
    )
    assert problems == []
    return made


@pytest.fixture(scope="module")
def found(table):
    return {answer.wish: answer for answer in chooser.answers(table)}


# --- the second way -------------------------------------------------------------


def call(operation, x):
    lines = [*operation.setup.splitlines(), f"result = {operation.expression}"]
    code = "\n".join(lines)
    if operation.under:
        code = f"with {operation.under}:\n" + textwrap.indent(code, " ")
    if operation.imports:
        code = f"import {operation.imports}\n{code}"
    names = {"torch": torch, "x": x}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(code, names)
    return names["result"]


def source(operation, kind, transposed=False):
    numbers = eval(operation.values or "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]")
    x = torch.tensor(numbers)
    if transposed:
        x = torch.empty_like(x.mT.contiguous()).mT.copy_(x).clone()
    if kind != "plain":
        x.requires_grad_()
    return x + 0 if kind == "nonleaf" else x


def kind_of(y):
    if isinstance(y, torch.Tensor):
        return "tensor"
    return "array" if isinstance(y, np.ndarray) else "number"


def values(y):
    return y.tolist() if kind_of(y) != "number" else y


def steps(y):
    if isinstance(y, torch.Tensor):
        return y.stride()
    return tuple(step // y.itemsize for step in y.strides)


def gradient_arrives(y, x):
    if not (isinstance(y, torch.Tensor) and y.requires_grad and x.requires_grad):
        return False
    used = y * 1
    try:
        (grad,) = torch.autograd.grad(used, x, torch.ones_like(used), allow_unused=True)
    except RuntimeError:  # y leads nowhere
        return False
    return grad is not None


def follows_a_write(y, x):
    for index in np.ndindex(*x.shape):
        before = values(y)
        with torch.no_grad():
            x[index] = 50
        if values(y) != before:
            return True
    return False


def second_way(operation, source_kind):
    """What one row says, without the row; None where the operation raises."""
    try:
        x = source(operation, source_kind)
        y = call(operation, x)
    except Exception:
        return None
    facts = {"get": kind_of(y), "flows": gradient_arrives(y, x)}
    facts["shared"] = follows_a_write(y, x)
    facts["keeps"] = False
    if facts["get"] != "number":
        x = source(operation, source_kind, transposed=True)
        try:
            facts["keeps"] = steps(call(operation, x)) == (1, 2)
        except Exception:
            facts["keeps"] = False
    return facts


def grants(facts, wish):
    """Whether three rows found the second way have what is wished on the CPU."""
    if None in facts.values():
        return False
    for kind, row in facts.items():
        if row["get"] != wish.get or (wish.layout == "keep" and not row["keeps"]):
            return False
        if wish.memory != "either" and row["shared"] != (wish.memory == "shared"):
            return False
        if row["flows"] != (wish.gradient == "flow" and kind != "plain"):
            return False
    return True


@pytest.fixture(scope="module")
def probed_again(table):
    return {
        operation.id: {kind: second_way(operation, kind) for kind in matrix.SOURCES}
        for operation in table.operations
    }


# --- every wish -------------------------------------------------------------------


def test_there_is_a_wish_for_every_combination_of_answers():
    combinations = set(itertools.product(*QUESTIONS.values()))
    assert {tuple(wish) for wish in WISHES} == combinations
    assert len(WISHES) == len(combinations) == 72


@pytest.mark.parametrize("wish", WISHES, ids="-".join)
def test_every_wish_is_granted_by_just_the_calls_that_a_fresh_probe_finds(
    wish, table, found, probed_again
):
    by_rows = {o.id for o in table.operations if chooser.grants(table, o, wish)}
    by_probe = {id_ for id_, facts in probed_again.items() if grants(facts, wish)}
    if wish.gpu == "no":
        assert by_rows == by_probe
    else:
        assert by_rows <= by_probe
    answer = found[wish]
    ids = [operation.id for operation in answer.calls]
    assert set(ids) <= by_rows
    assert ids == sorted(ids, key=chooser.PREFERRED.index)
    # An answer, or an honest no: one of the two, and never a no by neglect.
    assert bool(ids) == bool(by_rows) != bool(answer.nearest)


def test_a_no_leads_to_wishes_that_can_be_had_and_are_nearest(found):
    for wish, answer in found.items():
        if answer.calls:
            assert answer.nearest == ()
            assert not answer.on_cpu
            continue
        distance = min(
            len(wish.changes_to(other)) for other in WISHES if found[other].calls
        )
        for near in answer.nearest:
            assert found[near].calls
            assert len(wish.changes_to(near)) == distance
        here = dataclasses.replace(wish, gpu="no")
        assert answer.on_cpu == bool(found[here].calls)


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        ("tensor own cut no any", "detach-clone"),
        ("tensor own flow no any", "clone"),
        ("tensor shared cut maybe keep", "detach"),
        ("tensor shared flow no any", "itself"),
        ("array own cut maybe any", "detach-to-cpu-copy-numpy"),
        ("array own cut no keep", "detach-to-cpu-copy-numpy"),
        ("array either cut maybe any", "detach-cpu-numpy"),
        ("array shared cut no keep", "detach-numpy"),
        ("number own cut maybe any", "item"),
        ("array own flow no any", None),
        ("array shared cut maybe any", None),
        ("number shared cut no any", None),
    ],
)
def test_what_is_wished_most_has_the_answer_everybody_expects(found, wish, first):
    calls = found[Wish(*wish.split())].calls
    assert (calls[0].id if calls else None) == first


def test_a_call_that_keeps_the_layout_keeps_the_shape_too(found, table):
    calls = {
        o.id: o for wish, a in found.items() if wish.layout == "keep" for o in a.calls
    }
    for operation in calls.values():
        x = source(operation, "leaf", transposed=True)
        assert x.stride() == (1, 2)
        y = call(operation, x)
        assert (tuple(y.shape), steps(y)) == (tuple(x.shape), (1, 2))


def test_offered_calls_keep_dtype_and_values(table):
    for operation in chooser.offered(table):
        x = source(operation, "plain")
        y = call(operation, x)
        assert np.array_equal(np.array(values(y)).ravel(), np.array(x.tolist()).ravel())
        if isinstance(y, torch.Tensor):
            assert y.dtype == x.dtype


# --- a source on a GPU ----------------------------------------------------------


def test_the_meta_device_confirms_where_each_call_goes(table):
    """A tensor without memory: what moves it or hands it over raises."""
    for operation in table.operations:
        if operation.id not in chooser.PREFERRED:
            continue
        x = source(operation, "leaf").detach().to("meta").requires_grad_()
        place = chooser.goes_to(operation)
        if place == "source":
            assert call(operation, x).device == x.device, operation.id
        else:
            with pytest.raises((NotImplementedError, RuntimeError, TypeError)) as error:
                call(operation, x)
            handed_over = isinstance(error.value, TypeError)
            assert handed_over == (place == ""), operation.id


def test_recorded_rows_of_a_gpu_decide_where_there_are_any(table):
    """Made-up rows: as if a GPU's memory were NumPy's, and clone() raised there."""
    there = []
    for row in table.rows:
        facts = dict(row.facts)
        if row.operation.id == "clone":
            facts["exception"] = "RuntimeError: made up"
        there.append(dataclasses.replace(row, on="cuda", facts=facts))
    whole = dataclasses.replace(table, rows=(*table.rows, *there), cuda="made up")
    found = {answer.wish: answer for answer in chooser.answers(whole)}
    shared = found[Wish("array", "shared", "cut", "maybe", "keep")]
    assert "detach-numpy" in {operation.id for operation in shared.calls}
    own = found[Wish("tensor", "own", "flow", "maybe", "keep")]
    assert "clone" not in {operation.id for operation in own.calls}
    card = chooser_page.render(whole, "calls", "en", "../", lambda name: "")
    assert "not recorded yet" not in card


# --- the programs, the pages ------------------------------------------------------


def test_every_offered_call_has_a_program_that_shows_whether_a_write_travels(
    table, outline, results
):
    for operation in chooser.offered(table):
        name = chooser.example_name(operation.id)
        assert not operation.under  # or the program would have to show it
        assert results[name].ended == "end"
        shares = table.row(operation.id, "leaf").facts["shares_storage"]
        printed = results[name].output
        assert ("9." in printed) == shares
        assert operation.expression in outline.snippets[name].source


def test_all_preferred_calls_are_offered_and_no_id_is_unknown(table):
    offered = [operation.id for operation in chooser.offered(table)]
    assert offered == list(chooser.PREFERRED)
    assert chooser.check(table.operations) == []
    assert 10 <= len(set(chooser.CHEAT_SHEET)) == len(chooser.CHEAT_SHEET) <= 15


def test_programs_can_be_downloaded_and_run_as_they_were(table, outline, built):
    for operation in chooser.offered(table):
        snippet = outline.snippets[chooser.example_name(operation.id)]
        assert (built / snippet.path).read_text("utf-8") == snippet.source


def soup_of(built, language, page):
    folder = built / ("" if language == "ja" else "en")
    text = (folder / page / "index.html").read_text("utf-8")
    return BeautifulSoup(text, "html.parser")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_without_script_the_page_answers_every_wish(built, language, found, table):
    soup = soup_of(built, language, "which-one")
    names, asked = chooser_page.NAMES[language], chooser_page.ASKED[language]
    covered: dict[Wish, object] = {}
    for row in soup.select(".choose-on tbody tr"):
        assert not row.has_attr("hidden")
        options = [row[f"data-{question}"].split() for question in QUESTIONS]
        for cell, question, have in zip(row.select("th, td"), QUESTIONS, options):
            both = set(have) == set(QUESTIONS[question])
            assert cell["data-label"] == asked[question][1]
            assert len(have) == 1 or both
            if len(have) == 1:
                assert cell.text == names[have[0]]
        for answers in itertools.product(*options):
            assert Wish(*answers) not in covered
            covered[Wish(*answers)] = row
    assert set(covered) == set(WISHES)
    for wish, row in covered.items():
        answer = found[wish]
        codes = [code.text for code in row.select(".choose-answer ol code")]
        assert codes == [operation.code for operation in answer.calls]
        for operation in answer.calls:
            (card,) = soup.select(f"#call-{operation.id}")
            assert operation.notes[language] in card.text
            assert operation.expression in card.select_one("pre").text
            assert card.select_one(".snippet-output")
            assert card.select_one(f'a[href$="/behaviour-matrix/#{operation.id}"]')
        ways = [item["data-to"] for item in row.select("[data-to]")]
        assert ways == [
            "&".join(f"{q}={to}" for q, to in wish.changes_to(near).items())
            for near in answer.nearest
        ]
        if ways:
            reason = "on cpu" if answer.on_cpu else "rows"
            text = chooser_page.WORDS[language][reason]
            assert text.format(n=len(table.operations)) in row.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_form_and_tables_are_accessible_and_ids_unique(built, language):
    soup = soup_of(built, language, "which-one")
    form = soup.select_one("form.choose")
    assert form.has_attr("hidden")  # until the script runs
    legends = [legend.text for legend in form.select("fieldset > legend")]
    assert legends == [text for text, _ in chooser_page.ASKED[language].values()]
    for question, options in QUESTIONS.items():
        radios = form.select(f'label > input[type="radio"][name="{question}"]')
        assert [radio["value"] for radio in radios] == list(options)
    assert form.select_one('[role="status"]')["aria-live"] == "polite"
    for page in ("which-one", "cheat-sheet"):
        soup = soup_of(built, language, page)
        ids = [element["id"] for element in soup.select("[id]")]
        assert len(set(ids)) == len(ids)
        for made in soup.select(".choose-on, .cheat-sheet-on"):
            assert made.caption.text
            assert all(head.get("scope") for head in made.select("th"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_cheat_sheet_equals_the_rows(built, language, table):
    soup = soup_of(built, language, "cheat-sheet")
    lines = soup.select(".cheat-sheet-on tbody tr")
    assert len(lines) == len(chooser.CHEAT_SHEET)
    words = chooser_page.WORDS[language]
    for id_, line in zip(chooser.CHEAT_SHEET, lines):
        facts = table.row(id_, "leaf").facts
        assert line.th.text == table.row(id_, "leaf").operation.code
        columns = ("shares_storage", "gradient", "requires_grad", "is_leaf")
        for name, cell in zip(columns, line.select("td")):
            value = facts[name]
            word = "–" if value is None else words["yes" if value else "no"]
            assert cell.text.startswith(word)
        if "unnoticed-write" in table.row(id_, "plain").traps:
            assert "⚠" in line.select("td")[-1].text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_home_page_and_navigation_lead_to_the_chooser(built, language):
    home = built / ("" if language == "ja" else "en") / "index.html"
    soup = BeautifulSoup(home.read_text("utf-8"), "html.parser")
    assert soup.select_one('article a[href="which-one/"]')
    links = [link["href"] for link in soup.select("nav.md-nav--primary a.md-nav__link")]
    pages = [href for href in links if not href.startswith("#")]
    assert pages[1] == "which-one/"


def test_words_are_the_same_in_both_languages():
    for words in (chooser_page.WORDS, chooser_page.NAMES, chooser_page.ASKED):
        assert set(words["ja"]) == set(words["en"])
    options = {option for options in QUESTIONS.values() for option in options}
    assert set(chooser_page.NAMES["en"]) == options
    assert (ROOT / "docs/assets/chooser.js").stat().st_size < 5_000


# --- broken once, to see it fail ------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("shares_storage", True), ("gradient", True), ("strides", "(3, 1)")],
)
def test_a_wrong_row_is_found(name, value, table, probed_again):
    rows = tuple(
        dataclasses.replace(row, facts={**row.facts, name: value})
        if row.operation.id == "detach-clone"
        else row
        for row in table.rows
    )
    broken = dataclasses.replace(table, rows=rows)
    wrong = [
        wish
        for wish in WISHES
        if wish.gpu == "no"
        and {o.id for o in broken.operations if chooser.grants(broken, o, wish)}
        != {id_ for id_, facts in probed_again.items() if grants(facts, wish)}
    ]
    assert wrong
