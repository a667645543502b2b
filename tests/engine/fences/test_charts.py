"""Charts: drawn once, of numbers and words, and what they show as text."""

from __future__ import annotations

from functools import partial

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitebuild.fences import charts, values
from sitebuild.figures.svg import visible
from tests.engine.fences.test_fences import PRINTED

SAMPLES = {"slow": [[4.0, 4.2], [9.0, 8.0]], "fast": [[2.0, 2.1], [2.0, 1.9]]}
WORDS = {"xlabel": "要素数", "ylabel": "time", "description": "<fast> & slow"}
draw = partial(charts.draw, x=[1, 1024], samples=SAMPLES, **WORDS)


@pytest.fixture
def drawn(monkeypatch):
    """The names of the charts that were really drawn."""
    found = []

    def lines(name, *arguments, **words):
        found.append(name)
        return f"<svg>{name}{words['xlabel']}</svg>"

    monkeypatch.setattr(charts.chart, "lines", lines)
    return found


def test_an_equal_chart_is_drawn_once_and_kept(desk, drawn):
    first = draw(desk.view(), "one")
    assert draw(desk.view(), "one") == first == "<svg>one要素数</svg>"
    assert draw(desk.view("ja"), "one") == first
    assert draw(desk.view(slug="b.md"), "one") == first
    assert drawn == ["one"] * 3


@pytest.mark.parametrize(
    "change",
    [{"xlabel": "n"}, {"description": "x"}, {"x": [1, 2]}, {"samples": {"a": [[1]]}}],
)
def test_a_chart_of_other_words_or_numbers_is_drawn_anew(desk, drawn, change):
    draw(desk.view(), "one")
    shown = draw(desk.view(), "one", **change)
    assert shown == f"<svg>one{change.get('xlabel', '要素数')}</svg>"
    assert drawn == ["one"] * 2
    assert len([*(desk.project.root / charts.STORE).iterdir()]) == 1


def test_a_chart_is_drawn_anew_when_how_it_is_drawn_changes(desk, drawn, monkeypatch):
    """A colour, a margin: whatever stands in `sitebuild/figures`."""
    draw(desk.view(), "one")
    monkeypatch.setattr(charts, "_drawing", lambda: ["another text of chart.py"])
    draw(desk.view(), "one")
    assert drawn == ["one"] * 2


def test_what_is_kept_is_of_the_drawing_code_itself():
    texts = charts._drawing()
    assert any("def lines(" in text for text in texts)


# --- as they are drawn ----------------------------------------------------------


def test_a_text_from_a_program_stays_text_in_a_chart(desk):
    data = {"x": [1, 2], "series": {PRINTED: [1, 2]}}
    html = LexborHTMLParser(str(values.chart(data, [PRINTED, "y"], desk.view(), "one")))
    assert html.css("b, script") == []
    shown = [text.text().strip() for text in html.css("svg text")]
    assert shown.count(visible(PRINTED)) == 2
    assert visible(PRINTED) in html.css_first("desc").text()


def test_a_chart_says_its_numbers_to_those_who_do_not_see_it(desk):
    series = {"recorded": [10, 2000, 40000], "no_grad": [0, 0, 0.5]}
    data = {"x": [1, 2, 4], "series": series}
    shown = str(values.chart(data, ["depth", "bytes"], desk.view(), "f"))
    html = LexborHTMLParser(shown)
    assert html.css_first("desc").text() == (
        "recorded: 10 at 1, 40,000 at 4 (depth). no_grad: 0 at 1, 0.5 at 4 (depth)."
    )
    cells = [[cell.text() for cell in row.css("th, td")] for row in html.css("tr")]
    assert cells == [
        ["depth", "recorded", "no_grad"],
        ["1", "10", "0"],
        ["2", "2,000", "0"],
        ["4", "40,000", "0.5"],
    ]
    assert "var(--chart-3)" in shown
    assert "var(--chart-4)" not in shown


def test_an_axis_is_logarithmic_only_where_its_values_need_it():
    assert not values.logarithmic([1, 2, 100])
    assert values.logarithmic([1, 2, 101])
    assert not values.logarithmic([0, 1, 10_000])
