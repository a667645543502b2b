"""The matrix, the chooser and the cheat sheet on the built site."""

from __future__ import annotations

import json

import pytest
from selectolax.lexbor import LexborHTMLParser


@pytest.fixture(params=["", "en/"])
def folder(request, built):
    return built / request.param


def read(folder, page):
    text = (folder / page / "index.html").read_text(encoding="utf-8")
    return LexborHTMLParser(text)


def test_the_table_stays_out_of_the_search_and_each_operation_is_found(folder, project):
    index = json.loads((folder / "search/search_index.json").read_text("utf-8"))
    text = " ".join(
        entry["text"]
        for entry in index["docs"]
        if "behaviour-matrix" in entry["location"]
    )
    plain = LexborHTMLParser(text).text()
    for operation in project.operations:
        assert operation.code.split("\n")[0] in plain
    assert len(text) < 40_000  # the families and the prose, not the table


def found(folder):
    """What the search has of each page, as plain text."""
    index = json.loads((folder / "search/search_index.json").read_text("utf-8"))
    texts = {}
    for entry in index["docs"]:
        page = entry["location"].partition("#")[0]
        texts.setdefault(page, []).append(entry["text"])
    return {
        page: squeezed(LexborHTMLParser(" ".join(some)).text())
        for page, some in texts.items()
    }


def squeezed(text):
    return "".join(text.split())


def test_the_search_has_every_output_but_those_of_the_fact_check(folder):
    """As the home page says."""
    texts, lost, shown = found(folder), [], 0
    for page, text in texts.items():
        html = read(folder, page)
        for output in html.css(".snippet-output samp"):
            shown += 1
            if squeezed(output.text()) not in text:
                lost.append((page, output.text()[:80]))
    assert shown > 200
    assert {page.partition("/")[0] for page, _ in lost} == {"fact-check"}


def test_the_search_has_every_message_of_the_matrix(folder, built):
    data = json.loads((built / "matrix/behaviour-matrix.json").read_text("utf-8"))
    messages = {
        text
        for operation in data["operations"]
        for row in operation["rows"]
        for name in ("exception", "write_exception", "gradient_exception", "warnings")
        for text in ([row[name]] if isinstance(row[name], str) else row[name] or ())
    }
    assert len(messages) > 15
    text = found(folder)["reference/behaviour-matrix/"]
    assert [one for one in messages if squeezed(one) not in text] == []


def test_the_pages_say_what_x_is(folder, built):
    data = json.loads((built / "matrix/behaviour-matrix.json").read_text("utf-8"))
    row = data["operations"][0]["rows"][0]
    for page in ("reference/behaviour-matrix", "cheat-sheet"):
        text = read(folder, page).css_first("article").text()
        for name in ("x", "x_dtype", "x_device", "x_strides", "x_transposed"):
            assert row[name] in text


def test_the_pages_hold_a_row_and_a_program_for_every_operation(folder, built, project):
    page = read(folder, "reference/behaviour-matrix")
    ids = [body.attributes["id"] for body in page.css("table.matrix-on tbody[id]")]
    assert ids == [operation.id for operation in project.operations]
    for link in page.css("table.matrix-on a[href$='.py']"):
        assert (built / link.attributes["href"].replace("../", "")).exists()


def test_of_all_of_torch_the_exceptions_are_found_by_the_search(folder):
    index = json.loads((folder / "search/search_index.json").read_text("utf-8"))
    text = " ".join(
        entry["text"] for entry in index["docs"] if "all-of-torch" in entry["location"]
    )
    assert "kron" in text
    assert "argmax" not in text
    assert len(text) < 30_000


@pytest.mark.parametrize(
    ("page", "made"),
    [
        ("reference/behaviour-matrix", "table.matrix-on"),
        ("reference/all-of-torch", "table.population.operations"),
        ("which-one", "table.choose-on"),
        ("cheat-sheet", "table.cheat-sheet-on"),
    ],
)
def test_tables_can_be_read_aloud(folder, page, made):
    [table] = read(folder, page).css(made)
    assert table.css_first("caption").text()
    assert all(head.attributes.get("scope") for head in table.css("th"))


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("reference/behaviour-matrix", ".matrix-controls"),
        ("reference/all-of-torch", ".matrix-controls"),
        ("which-one", "form.choose"),
    ],
)
def test_what_needs_a_script_is_hidden_until_one_runs(folder, page, form):
    html = read(folder, page)
    assert "hidden" in html.css_first(form).attributes
    assert not html.css(".choose-on [hidden], .matrix-on [hidden]")


def test_home_page_and_navigation_lead_to_the_chooser(folder):
    home = LexborHTMLParser((folder / "index.html").read_text(encoding="utf-8"))
    assert home.css('article a[href="which-one/"]')
    links = home.css("nav.md-nav--primary a.md-nav__link")
    pages = [link.attributes.get("href", "") for link in links]
    assert [page for page in pages if not page.startswith("#")][1] == "which-one/"
