"""The one call in a fence, and the figures of its header."""

from __future__ import annotations

import pytest

from sitebuild.fences import FORMS
from sitebuild.pages.call import Call, Figure, Panel, options, parse, parse_figures


@pytest.mark.parametrize(
    "call",
    [
        Call("show", "detach/x"),
        Call("show", "detach/x", section="part-1"),
        Call("show", "a/b", figures=(Figure("graph", (Panel(("y",)),)),)),
        Call("versions", "a/b"),
        Call("benchmark", "a/b"),
        Call("claims", part="list"),
        Call("claim", "fact_check/a01_x", topics=("sharing",)),
    ],
)
def test_a_call_is_read_as_it_is_written(call):
    written = str(call)
    code, _, header = written.partition(") ")
    code = code.removesuffix(")") + ")"
    assert parse(f"\n{code}\n", options(header), FORMS) == call


def test_a_text_in_the_language_of_the_page_makes_no_other_call():
    written = 'claim("fact_check/a01_x", "sharing", opinion="{}")'
    first, second = (parse(written.format(text), {}, FORMS) for text in ("one", "zwei"))
    assert (first.prose, second.prose) == ("one", "zwei")
    assert first == second


@pytest.mark.parametrize(
    "code",
    [
        "",
        "show",
        "show()",
        'show("a", "b")',
        'show("a")\nshow("b")',
        'x = show("a")',
        "show(1)",
        'show(["a"])',
        "show({[]: 1})",
        "show(name)",
        'show(f"a")',
        'show("a", section=1)',
        'show("a", section=["b"])',
        'show("a", part="b")',
        'show("a", **{})',
        'versions("a", section="b")',
        'benchmark("a", section="b")',
        'claim("a")',
        'claim("a", "no topic")',
        'claims("none")',
        'show("a", opinion="b")',
        'print("a")',
        'pages.show("a")',
        '__import__("os").system("true")',
        "show(",
    ],
)
def test_nothing_else_is_a_call(code):
    with pytest.raises(ValueError, match=r"^write `"):
        parse(code, {}, FORMS)


@pytest.mark.parametrize(
    ("header", "figure"),
    [
        ('graph="y"', Figure("graph", (Panel(("y",)),))),
        ("graph='layer.weight'", Figure("graph", (Panel(("layer.weight",)),))),
        (
            'storage="before: w z | w"',
            Figure("storage", (Panel(("w", "z"), "before"), Panel(("w",)))),
        ),
        ('table="rows: a | b"', Figure("table", (Panel(("rows",)),), ("a", "b"), 2)),
        ('chart="data: a|b"', Figure("chart", (Panel(("data",)),), ("a", "b"), 2)),
    ],
)
def test_a_figure_is_read_as_it_is_written(header, figure):
    assert parse_figures(options(header)) == (figure,)
    assert parse_figures(options(str(figure))) == (figure,)


def test_titles_are_in_the_language_of_the_page_and_their_number_is_not():
    def read(text):
        return parse_figures({"table": text})

    assert read("rows: a | b") == read("rows: c | d")
    assert read("rows: a | b") != read("rows: a | b | c")
    assert read("rows: a | b")[0].titles == ("a", "b")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('graph=""', 'write graph="y"'),
        ('graph="y |"', 'write graph="y"'),
        ('graph="1y"', 'write graph="y"'),
        ('graph="f(y)"', 'write graph="y"'),
        ('table="rows"', "write table="),
        ('table="rows: a |"', "write table="),
        ('chart="data: a"', "write chart="),
        ('chart="data: a | b | c"', "write chart="),
        ('title="x"', "write one of graph, storage, table, chart, not 'title'"),
    ],
)
def test_no_other_figure_can_be_asked_for(header, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        parse_figures(options(header))


def test_a_figure_is_asked_for_once_and_only_of_what_is_shown():
    with pytest.raises(ValueError, match="write `graph` once"):
        options('graph="x" graph="y"')
    with pytest.raises(ValueError, match="not `versions`"):
        parse('versions("t/a")', {"graph": "y"}, FORMS)
