"""What the matrix and the chooser look like, from a small matrix made by hand."""

from __future__ import annotations

import dataclasses
import html
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitebuild.fences import chooser, show
from sitebuild.fences import matrix as matrices
from sitebuild.fences.chooser import PARTS as CHOOSER
from sitebuild.fences.chooser import Remark, wishes
from sitebuild.fences.chooser.wishes import Answer
from sitebuild.fences.matrix import COLUMNS, Cell, Line, Note, Other
from sitebuild.fences.matrix import PARTS as MATRIX
from sitebuild.fences.matrix.table import Matrix
from sitebuild.words import Words, read_languages
from tests.conftest import ROOT
from tests.engine.fences.tables import (
    ENVIRONMENT,
    example_in_short,
    row,
    small,
    view_of,
)

PARTS = [
    *(("matrix", part) for part in MATRIX),
    *(("chooser", part) for part in CHOOSER),
]


@pytest.fixture(scope="module")
def languages():
    return read_languages(ROOT)[0]


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    """A short cheat sheet, and no program in a card."""
    monkeypatch.setattr(
        wishes, "CHEAT_SHEET", ("detach", "clone", "detach-numpy", "index-row")
    )
    fence = dataclasses.replace(show.SHOW, render=example_in_short)
    monkeypatch.setattr(show, "SHOW", fence)


def render(function, part, matrix, view):
    fence = matrices if function == "matrix" else chooser
    return str(fence.render(matrix, part, view))


@pytest.mark.parametrize("code", ["ja", "en"])
@pytest.mark.parametrize(("function", "part"), PARTS)
def test_each_part_is_as_it_was(function, part, code, languages, snapshot):
    matrix = small()
    text = render(function, part, matrix, view_of(matrix, languages[code]))
    snapshot(f"fences/{function}-{part}.{code}.html", text)
    assert text.startswith("<")  # or Markdown takes it for a paragraph


@pytest.mark.parametrize(
    ("function", "part"),
    [("matrix", "cuda"), ("chooser", "answers"), ("chooser", "calls")],
)
def test_each_part_is_as_it_was_with_rows_of_a_gpu(function, part, languages, snapshot):
    matrix = small(cuda=True)
    text = render(function, part, matrix, view_of(matrix, languages["en"]))
    snapshot(f"fences/{function}-{part}-recorded.en.html", text)


def test_where_a_gpu_changes_nothing_the_page_says_so(languages):
    matrix = small()
    same = [dataclasses.replace(one, on="cuda") for one in matrix.rows]
    matrix = dataclasses.replace(matrix, rows=(*matrix.rows, *same), cuda="Some <GPU>")
    text = render("matrix", "cuda", matrix, view_of(matrix, languages["en"]))
    assert text.strip() == (
        "<p>On the GPU every operation did as on the CPU. "
        "Recorded with: Some &lt;GPU&gt;</p>"
    )


# --- everything is escaped ---------------------------------------------------------

NASTY = "<b>&amp;</div></script>\"'\x1b\u202e`{0}"


def skeleton(text):
    """The elements and their attributes, without a word."""
    return [
        (found.tag, sorted(found.attributes))
        for found in LexborHTMLParser(text).css("*")
    ]


def filled(matrix: Matrix, text: str) -> Matrix:
    """The matrix, with `text` in everything that a contributor or torch wrote."""
    operations = {
        one: dataclasses.replace(
            one,
            expression=one.expression + text,
            setup=one.setup and one.setup + text,
            under=one.under and one.under + text,
            values=one.values and one.values + text,
        )
        for one in matrix.operations
    }

    def changed(name, value):
        if name == "otherwise":
            return {
                o: told + text if ":" in told else told for o, told in value.items()
            }
        if name == "warnings":
            return [warning + text for warning in value or ()]
        told = isinstance(value, str) and (name != "strides" or ":" in value)
        return value + text if told else value

    rows = tuple(
        dataclasses.replace(
            one,
            operation=operations[one.operation],
            facts={name: changed(name, value) for name, value in one.facts.items()},
        )
        for one in matrix.rows
    )
    there = {
        id_: {**told, "exception": told["exception"] and told["exception"] + text}
        for id_, told in matrix.elsewhere.items()
    }
    made = tuple(operations.values())
    return Matrix(made, rows, ENVIRONMENT, matrix.cuda + text, there)


def worded(view, text):
    """The view, with `text` in every word and note."""

    def changed(table):
        return {
            key: changed(table[key])
            if isinstance(table[key], Words)
            else table[key] + text
            for key in table
        }

    words = Words(changed(view.words))
    language = dataclasses.replace(view.language, words=words)
    return dataclasses.replace(view, language=language)


@pytest.mark.parametrize(("function", "part"), PARTS)
@pytest.mark.parametrize("cuda", [False, True])
def test_nothing_that_comes_from_elsewhere_becomes_html(
    function, part, cuda, languages
):
    nasty, plain = (filled(small(cuda), text) for text in (NASTY, "plain"))
    text = render(function, part, nasty, view_of(nasty, languages["en"]))
    usual = render(function, part, plain, view_of(plain, languages["en"]))
    assert skeleton(text) == skeleton(usual) != []
    assert not {"\x1b", "\u202e"} & set(text)


@pytest.mark.parametrize(("function", "part"), PARTS)
@pytest.mark.parametrize("cuda", [False, True])
def test_no_word_and_no_note_becomes_html(function, part, cuda, languages):
    nasty = NASTY.replace("`{0}", "")  # words are filled in, and have code
    matrix = small(cuda)
    usual, text = (
        render(function, part, matrix, worded(view_of(matrix, languages["en"]), more))
        for more in ("plain", nasty)
    )
    assert skeleton(text) == skeleton(usual)
    assert LexborHTMLParser(text).text().count("<b>&amp;</div></script>\"'")


def test_every_message_is_shown_in_full_and_as_it_is(languages):
    matrix = filled(small(), "<b>&\"'")
    shown = LexborHTMLParser(
        render("matrix", "table", matrix, view_of(matrix, languages["en"]))
    ).text()
    cards = LexborHTMLParser(
        render("chooser", "calls", matrix, view_of(matrix, languages["en"]))
    ).text()
    for one in matrix.rows:
        messages = [*one.facts["warnings"], one.facts["exception"]]
        messages += [one.facts["write_exception"], one.facts["gradient_exception"]]
        for message in filter(None, messages):
            assert message in shown
        assert one.operation.code in shown
    assert "<b>&\"'" in cards


# --- words -------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "part"), PARTS)
@pytest.mark.parametrize("cuda", [False, True])
def test_a_third_language_needs_no_code(function, part, cuda, languages):
    """Every word that is shown comes from the file, whatever it says."""

    def dots(table):
        return {
            key: dots(table[key])
            if isinstance(table[key], Words)
            else re.sub(r"[^{}\W]+(?![^{]*\})|[、。・：（）]", "…", table[key])
            for key in table
        }

    matrix = dataclasses.replace(small(cuda), cuda="")
    view = view_of(matrix, languages["ja"])
    language = dataclasses.replace(
        languages["ja"],
        code="eo",
        config="mkdocs.eo.yml",
        words=Words({**dots(view.words), "operations": view.words.operations}),
    )
    view = dataclasses.replace(view, language=language)
    text = LexborHTMLParser(render(function, part, matrix, view)).text()
    assert not re.search(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uff60]", text)
    assert "../eo/reference/" in render("chooser", "cheat-sheet", matrix, view)


# --- the data behind the table -----------------------------------------------------


def cells_of(**facts):
    matrix = Matrix((row().operation,), tuple(rows_of(**facts)), ENVIRONMENT)
    [line] = matrices.body(matrix, row().operation)["lines"]
    return dict(zip(COLUMNS, line.cells, strict=True))


def rows_of(**facts):
    return [row(source, **facts) for source in ("leaf", "nonleaf", "plain")]


def test_a_cell_says_yes_no_or_that_it_does_not_apply():
    cells = cells_of(same_object=True, is_leaf=None)
    assert cells["same_object"] == Cell("yes")
    assert cells["shares_storage"] == Cell("no")
    assert cells["is_leaf"] == cells["version_noticed"] == Cell("none")
    assert cells["grad_fn"] == Cell("code", "None")
    assert cells["result"] == Cell("code", "float32 cpu")
    assert cells["strides"] == Cell("code", "(1, 2)")
    cells = cells_of(requires_grad=None, strides=None, type="ndarray", device="cuda:0")
    assert cells["grad_fn"] == cells["strides"] == Cell("none")
    assert cells["result"] == Cell("code", "ndarray float32 cuda:0")
    assert cells_of(strides="TypeError: no")["strides"] == Cell("code", "TypeError")


def test_a_no_that_lies_in_wait_is_marked():
    cells = cells_of(write_seen=True, version_noticed=False)
    assert cells["version_noticed"] == Cell("trap")
    assert cells["gradient"] == Cell("no")
    matrix = Matrix(
        (row().operation,),
        tuple(row(s, requires_grad=True) for s in ("leaf", "nonleaf", "plain")),
        ENVIRONMENT,
    )
    body = matrices.body(matrix, row().operation)
    assert [line.sources for line in body["lines"]] == [("leaf", "nonleaf"), ("plain",)]
    assert body["lines"][0].cells[COLUMNS.index("gradient")] == Cell("trap")
    assert body["traps"] == ["gradient-lost"]


def test_sources_with_the_same_outcome_share_a_line_and_its_notes():
    body = matrices.body(small(), small().operations[4])
    assert body["operation"].id == "detach-numpy"
    error = "RuntimeError: Can't call numpy() on a <Tensor>\n  that requires"
    assert body["lines"][0] == Line(("leaf", "nonleaf"), error, ())
    assert body["lines"][1].sources == ("plain",)
    assert body["notes"] == [Note("", "UserWarning: first", ("leaf", "nonleaf"))]
    assert body["family"] == "depends"
    assert body["families"] == ["depends", "raises", "unnoticed-alias"]
    assert body["program"] == "matrix/detach-numpy.py"
    body = matrices.body(small(), small().operations[3])
    assert body["notes"] == [
        Note("", "UserWarning: slow:\nvery", ("leaf",)),
        Note("strides", "RuntimeError: no <view>: of it", ("nonleaf",)),
        Note("write", "ValueError: read-only", ("plain",)),
    ]
    body = matrices.body(small(), small().operations[5])
    assert Note("gradient", "RuntimeError: no", ("leaf",)) in body["notes"]
    rows = tuple(row(s, warnings=["W: a"]) for s in ("leaf", "nonleaf", "plain"))
    body = matrices.body(Matrix((row().operation,), rows, ENVIRONMENT), row().operation)
    assert body["notes"] == [Note("", "W: a", ())]


# --- what is said of a call --------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        (rows_of(), ["own", "cut", "kept"]),
        (rows_of(shares_storage=True, strides="(2, 1)"), ["shared", "cut"]),
        (
            [row(gradient=True), row("nonleaf", gradient=True), row("plain")],
            [*("own", "flow", "kept")],
        ),
        ([row(gradient=True), row("nonleaf"), row("plain")], ["own", "kept"]),
        ([row(shares_storage=True), row("nonleaf"), row("plain")], ["cut", "kept"]),
        (rows_of(requires_grad=None, type="float", strides=None), ["number", "cut"]),
    ],
)
def test_why_a_call_is_offered_follows_from_what_its_rows_have_in_common(rows, reasons):
    assert list(chooser.reasons(rows)) == reasons


@pytest.mark.parametrize(
    ("rows", "remarks"),
    [
        (rows_of(), []),
        (rows_of(same_object=True), [Remark("same")]),
        ([row(same_object=True), row("nonleaf"), row("plain")], []),
        (rows_of(write_seen=True, version_noticed=True), [Remark("written")]),
        (
            rows_of(write_seen=True, version_noticed=False),
            [Remark("trap", "unnoticed-write")],
        ),
        (
            [row(write_seen=True, version_noticed=True, requires_grad=True)],
            [Remark("trap", "gradient-lost"), Remark("written")],
        ),
        (rows_of(exception="E: no\n  way"), [Remark("raises", "E: no way")]),
        (
            [row(warnings=["W: a", "W: b"]), row("nonleaf", warnings=["W: a"])],
            [
                Remark("warns", "W: a", ("leaf", "nonleaf")),
                Remark("warns", "W: b", ("leaf",)),
            ],
        ),
        (rows_of(write_exception="E: no"), [Remark("unwritable", "E: no")]),
        (
            [row(strides="(3, 1)"), row("nonleaf", strides="(2,)"), row("plain")],
            [
                Remark("packed", "(2,)", (), "(1, 2)"),
                Remark("packed", "(3, 1)", (), "(1, 2)"),
            ],
        ),
        (rows_of(strides=None), []),
        (rows_of(strides="E: no"), [Remark("transposed", "E: no", (), "(1, 2)")]),
    ],
)
def test_what_to_beware_of_follows_from_the_rows(rows, remarks):
    assert list(chooser.remarks(rows)) == remarks


def test_other_values_of_x_are_said():
    rows = small().of(small().operations[3])
    found = list(chooser.remarks(rows))
    assert Remark("needs", "torch.tensor([[1.0, 2.0]])") in found
    assert Remark("other", "E: <no> way", ("plain",), "usual") in found


def test_what_becomes_of_other_sources_is_said():
    rows = rows_of(otherwise={"transposed": "own", "float64": "E: no"})
    rows[1].facts["otherwise"] = {"transposed": "own"}
    assert matrices.others(rows) == [
        Other("transposed", "own", ()),
        Other("float64", "E: no", ("leaf", "plain")),
    ]
    # A message of x in another precision is no news to who chooses.
    assert list(chooser.remarks(rows)) == [Remark("other", "own", (), "transposed")]


@pytest.mark.parametrize(
    ("id_", "remarks"),
    [
        ("detach", []),
        ("clone-contiguous", [Remark("moves"), Remark("copies", "2")]),
        ("detach-numpy", [Remark("elsewhere", "TypeError: not from <lazy>")]),
        ("item", []),
        ("index-row", []),  # it was not asked
    ],
)
def test_what_to_beware_of_on_another_device(id_, remarks):
    matrix = small()
    (one,) = (o for o in matrix.operations if o.id == id_)
    assert list(chooser.elsewhere(matrix, one)) == remarks


def test_every_message_names_the_operations_that_bring_it():
    found = MATRIX["messages"](small())["messages"]
    brought = {text: [o.id for o in some] for text, some in found.items()}
    assert brought == {
        "E: <no> way": ["clone-contiguous"],
        "RuntimeError: Can't call numpy() on a <Tensor>\n  that requires": [
            "detach-numpy"
        ],
        "RuntimeError: no": ["index-row"],
        "RuntimeError: no <view>: of it": ["clone-contiguous"],
        "UserWarning: first": ["detach-numpy"],
        "UserWarning: slow:\nvery": ["clone-contiguous"],
        "ValueError: read-only": ["clone-contiguous"],
    }
    assert list(found) == sorted(found)


def test_a_cell_of_the_cheat_sheet_says_which_sources_have_which_value():
    rows = [row(gradient=True), row("nonleaf"), row("plain", is_leaf=None)]
    assert chooser.values(rows, "gradient") == {True: ["leaf"], False: ["nonleaf"]}
    assert chooser.values(rows, "is_leaf") == {
        True: ["leaf", "nonleaf"],
        None: ["plain"],
    }
    assert chooser.values(rows, "shares_storage") == {
        False: ["leaf", "nonleaf", "plain"]
    }


def test_the_cheat_sheet_names_the_exception_of_another_source(languages):
    matrix = small()
    for row_ in matrix.of(matrix.operations[0]):
        told = {"transposed": "E: <no>", "elsewhere": "own"}
        row_.facts["otherwise"] = told
    text = render("chooser", "cheat-sheet", matrix, view_of(matrix, languages["en"]))
    assert "<br><small>with x transposed: <samp>E</samp></small>" in text
    assert "<br><small>with x on another device: no</small>" in text


def test_lines_of_the_decision_table_cover_each_wish_once_with_its_answer():
    for matrix in (small(), small(cuda=True)):
        answers = {answer.wish: answer for answer in wishes.answers(matrix)}
        lines = chooser.lines(answers.values())
        covered = []
        for options, said, fits in lines:
            held = [
                wish
                for wish in wishes.WISHES
                if all(not a or a in options[q] for q, a in zip(wishes.QUESTIONS, wish))
            ]
            covered += held
            for wish in held:
                assert answers[wish].calls == said.calls
                assert answers[wish].recorded == said.recorded
                assert answers[wish].on_cpu == said.on_cpu
                assert answers[wish].changes == said.changes
            numbers = {answers[wish].fits for wish in held}
            assert fits == "–".join(
                str(n) for n in sorted({min(numbers), max(numbers)})
            )
            # Any answer to a question that is not asked finds the line.
            for question, answer in zip(wishes.QUESTIONS, said.wish):
                if not answer:
                    assert options[question] == list(wishes.QUESTIONS[question])
        assert sorted(covered) == sorted(wishes.WISHES)
        # Never two lines that could be one.
        for line, other in ((a, b) for a in lines for b in lines if a is not b):
            (options, said, _), (others, also, _) = line, other
            apart = [q for q in wishes.QUESTIONS if options[q] != others[q]]
            alike = dataclasses.replace(also, wish=said.wish, nearest=(), fits=0)
            same = alike == dataclasses.replace(said, nearest=(), fits=0)
            same = same and said.changes == also.changes
            assert not (same and apart in (["gpu"], ["layout"], ["where"]))


def test_places_share_a_line_only_where_the_layout_makes_the_same_difference():
    clone, other = small().operations[1:3]
    calls = {("maybe", "any"): (other,)}
    found = [
        Answer(wish, calls.get((wish.gpu, wish.layout), (clone,)), fits=n)
        for n, wish in enumerate(wishes.WISHES)
        if (wish.get, wish.memory, wish.gradient) == ("tensor", "own", "flow")
    ]
    lines = chooser.lines(found)
    assert [(to["gpu"], to["layout"], said.calls) for to, said, _ in lines] == [
        (["no"], ["keep", "any"], (clone,)),
        (["maybe"], ["keep"], (clone,)),
        (["maybe"], ["any"], (other,)),
    ]
    assert [fits for _, _, fits in lines] == ["0–1", "2–4", "3–5"]


def test_a_way_out_leads_to_the_answers_that_change(languages):
    matrix = small()
    text = render("chooser", "answers", matrix, view_of(matrix, languages["en"]))
    page = LexborHTMLParser(text)
    ways = {li.attributes["data-to"] for li in page.css("li[data-to]")}
    known = {f"{q}={to}" for q, options in wishes.QUESTIONS.items() for to in options}
    assert ways
    assert {change for way in ways for change in way.split("&")} <= known
    for line in page.css("tbody tr"):
        calls = (line.attributes.get("data-calls") or "").split()
        links = [a.attributes["href"] for a in line.css("ol a")]
        assert links == [f"#call-{id_}" for id_ in calls]
        assert bool(calls) != bool(line.css("li[data-to]"))
    assert html.unescape(text).count("Not yet run on a GPU") == len(
        page.css('tr[data-gpu="maybe"][data-calls]')
    )
