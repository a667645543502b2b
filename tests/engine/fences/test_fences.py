"""What each fence puts on a page, and what of a program may be in it.

Each function of `PARTS` asks for one part of a page, with a text wherever a
program, a page or an environment can bring one in.
"""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from sitebuild.check import part
from sitebuild.fences import FENCES, charts, figure
from sitebuild.fences.benchmark.measure import BASELINE, Measurement
from sitebuild.figures.svg import visible
from sitebuild.pages.call import Call, parse_figures
from sitebuild.run.capture import Shot
from sitebuild.run.result import Result
from tests.engine.fences.conftest import ENVIRONMENT, GPU, NEW, OLD, Recorded


@pytest.fixture(autouse=True)
def _drawn_elsewhere(monkeypatch):
    """Drawings have tests of their own; here each is an empty one."""
    svg = Markup("<svg></svg>")
    monkeypatch.setattr(charts.chart, "lines", lambda *_, **__: svg)
    monkeypatch.setattr(figure.autograd, "draw", lambda *_: (svg, ["<i> & so on"]))
    monkeypatch.setattr(figure.storage, "draw", lambda *_: (svg, []))


def show(desk, text):
    """A whole program, which ends with its exception."""
    desk.run = dataclasses.replace(desk.run, repo_url=f"https://example.org/{text}")
    desk.program(
        f"t/a_{text}", f"1 / 0  # {text} # raises ZeroDivisionError\n", f"E: {text}\n"
    )
    return desk.render(Call("show", f"t/a_{text}"))


def show_section(desk, text):
    """One of the sections of a program, before the one that raises."""
    source = f"# %% one\nx = 1  # {text}\n\n# %% two\nprint(x)\nx.y  # raises E\n"
    desk.program("t/b", source, {"one": "", "two": text})
    return desk.render(Call("show", "t/b", section="one")) + desk.render(
        Call("show", "t/b", section="two")
    )


def show_recorded(desk, text):
    """A program that this machine cannot run, recorded on another and not at all."""
    environment = dataclasses.replace(GPU, device=text)
    for name in ("t/recorded", "t/never"):
        desk.program(name, "# needs: cuda\nprint(1)\n")
    desk.run.recordings.append(Recorded(environment, {"t/recorded": {"": text}}))
    return desk.render(Call("show", "t/recorded")) + desk.render(
        Call("show", "t/never")
    )


def show_drawings(desk, text):
    """The drawings of a program, at two moments and at one."""
    source = f"# %% one\nx = '''{text}'''\nprint(x)\n# %% two\ny = z = x\n"
    asked = parse_figures({"graph": "one: x | two: x", "storage": "y | z"})
    taken = [("graph", "one", "x"), ("graph", "two", "x")]
    taken += [("storage", "two", "y"), ("storage", "two", "z")]
    shots = {Shot(kind, section, (name,)): {"a": 1} for kind, section, name in taken}
    desk.program("t/c", source, {"one": text, "two": ""}, shots)
    return desk.render(Call("show", "t/c", figures=asked))


def show_values(desk, text):
    """Tables and charts of what a program has put together."""
    asked = parse_figures({"table": f"rows: {text}|n|is", "chart": f"data: {text}|y"})
    rows = [[text, 1234.5, True], [text, None, False]]
    shots = {
        Shot("table", "", ("rows",)): {"keys": ["a", "b", "c"], "rows": rows},
        Shot("chart", "", ("data",)): {"x": [1, 2], "series": {text: [3, 4000]}},
    }
    desk.program("t/d", "rows = data = 1\n", "", shots)
    return desk.render(Call("show", "t/d", figures=asked))


def versions(desk, text):
    """What a program printed on four versions, on one of which it was not run."""
    desk.program("t/e", "print(1)\n", text)
    desk.run = dataclasses.replace(
        desk.run,
        environment=dataclasses.replace(ENVIRONMENT, device=text),
        recordings=[
            Recorded(dataclasses.replace(OLD, python=text), {"t/e": {"": " \n"}}),
            Recorded(dataclasses.replace(OLD, torch="2.0.0+cpu"), {}),
            Recorded(NEW, {"t/e": {"": text}}),
            Recorded(GPU, {"t/e": {"": "never"}}),
        ],
    )
    return desk.render(Call("versions", "t/e"))


def benchmark(desk, text):
    """A benchmark that is measured, and one that is not."""
    for name in ("t/f", "t/g"):
        desk.program(name, "import perfplot\n\ndata = perfplot.bench()\n")
    rounds = [[[1e-7, 1e-7], [2e-6, 2e-3], [r, r]] for r in (4e-6, 4.1e-6, 4.2e-6)]
    facts = dict.fromkeys(("torch", "numpy", "python", "perfplot", "date"), text)
    desk.run.benchmarks["t/f"] = Measurement(
        "t/f", "0", [BASELINE, "a", text], [1, 2048], rounds, {"cpu": text, **facts}
    )
    return desk.render(Call("benchmark", "t/f")) + desk.render(Call("benchmark", "t/g"))


def _claims(desk, text):
    found = {"x01": "holds = True", "x03": f"holds = { ({text: True, 'b': False})!r}"}
    for id_ in ("x01", "x02", "x03"):
        desk.program(f"f/{id_}_{text}", f"print('{id_}')\n", found.get(id_, text))
    for id_, opinion in (("x01", ""), ("x02", f"why `not` {text}"), ("x03", "")):
        call = Call("claim", f"f/{id_}_{text}", topics=("numpy",), prose=opinion)
        desk.claim(id_, f"It `is` {text}", call, ["../b.md#c"])
    for language in desk.project.languages:
        desk.page(language).title = text
    recorded = {f"f/x01_{text}": {"": "holds = False"}}
    desk.run.recordings.append(Recorded(OLD, recorded))
    return [fence.call for fence in desk.page("en").fences]


def claim(desk, text):
    """A claim that has changed, an opinion, and one that holds in a case."""
    return "".join(desk.render(call) for call in _claims(desk, text))


def claims(desk, text):
    """The counts, the list, and what stands at the end of a page that explains."""
    _claims(desk, text)
    parts = [desk.render(Call("claims", part=part)) for part in ("counts", "list")]
    return "".join([*parts, FENCES["claims"].foot(desk.view(slug="b.md"))])


def notebook(desk, text):
    """The links of a notebook, and a cell."""
    view, name = desk.view(), f"{text}.ipynb"
    return view.render(
        "notebook_links.html.jinja", file=name, repository=text
    ) + view.render(
        "notebook_cell.html.jinja",
        number=1,
        source=f"x  # {text}",
        copied=f"x  # {text}\n",
        text=text,
        raised=False,
    )


PARTS = (
    show,
    show_section,
    show_recorded,
    show_drawings,
    show_values,
    versions,
    benchmark,
    claim,
    claims,
    notebook,
)


@pytest.mark.parametrize("asked", PARTS)
def test_each_part_of_a_page_is_as_it_was_read_last(desk, snapshot, asked):
    snapshot(f"fences/{asked.__name__}.html", asked(desk, "text"))


# --- what comes from a program stays text ---------------------------------------

HOSTILE = (
    "<b>\"'</div></script></pre><!-- &amp; {x} {0} %s \x1b[1m \x7f \u202e\u2066 ]]>"
)
# Neither a program nor a name can have these.
PRINTED = f"{HOSTILE}\x00\x0c\x85\ud800"


def tree(html):
    """Every element with its attributes and its text, in order.

    But for what depends on a text by design: its colours, where it may break.
    """
    found = []
    for node in LexborHTMLParser(html).body.traverse(include_text=True):
        if node.tag == "-text" and found and isinstance(found[-1], str):
            found[-1] += node.text_content
        elif node.tag == "-text":
            found.append(node.text_content)
        elif node.tag != "wbr" and "language-python" not in (
            node.parent.attributes.get("class") or ""
        ):
            attributes = dict(node.attributes)
            if "data-copy" in attributes:  # the one text that is there as it is
                attributes["data-copy"] = visible(attributes["data-copy"])
            found.append((node.tag, attributes))
    return found


@pytest.mark.parametrize("asked", PARTS)
def test_a_text_from_outside_is_shown_and_changes_nothing_else(tmp_path, desk, asked):
    """Of a page with a hostile text and one with a plain one, only the text differs."""
    plain, hostile = "plain", HOSTILE
    expected = json.dumps(tree(asked(type(desk)(tmp_path), plain)))
    found = json.dumps(tree(asked(desk, hostile)))
    assert expected.count(plain) >= 2
    for one in (visible(hostile), repr(hostile)[1:-1]):
        found = found.replace(json.dumps(one)[1:-1], plain)
    assert found == expected


def test_what_html_cannot_hold_is_written_as_python_writes_it(desk):
    desk.program("t/a", "print(1)\n", f"{PRINTED}\n")
    html = LexborHTMLParser(desk.render(Call("show", "t/a")).encode())
    shown = html.css_first("samp").text()
    assert shown == visible(PRINTED)
    assert shown.endswith(r"\x1b[1m \x7f \u202e\u2066 ]]>\x00\x0c\x85\ud800")
    assert visible("a\tb\nc é 漢 \u3000") == "a\tb\nc é 漢 \u3000"


def test_a_program_is_copied_with_every_character(desk):
    desk.program("t/a", "x = '\x0c\x1b\u202e'\n", "")
    html = LexborHTMLParser(desk.render(Call("show", "t/a")))
    copied = html.css_first(".snippet-copy").attributes["data-copy"]
    assert copied == "x = '\x0c\x1b\u202e'\n"
    assert html.css_first("code").text() == "x = '\\x0c\\x1b\\u202e'"


# --- programs -------------------------------------------------------------------


MARKED = "# %% one\nx = 1\n\n# %% two\nprint(x)\n"


@pytest.mark.parametrize(
    ("section", "shown", "copied"),
    [
        ("", "x = 1\n\n\nprint(x)", "\nx = 1\n\n\nprint(x)\n"),
        ("one", "x = 1", "\nx = 1\n"),
        ("two", "print(x)", "\nx = 1\n\n\nprint(x)\n"),
    ],
)
def test_no_mark_of_a_section_is_shown_or_copied_and_lines_keep_their_numbers(
    desk, section, shown, copied
):
    desk.program("t/a", MARKED, {"one": "", "two": "1\n"})
    html = LexborHTMLParser(desk.render(Call("show", "t/a", section=section)))
    assert html.css_first("code").text() == shown
    assert html.css_first(".snippet-copy").attributes["data-copy"] == copied
    numbered = copied.splitlines()
    for number, line in enumerate(MARKED.splitlines()[: len(numbered)]):
        assert numbered[number] == ("" if line.startswith("# %%") else line)


def test_the_file_of_a_program_keeps_its_marks(desk, tmp_path):
    desk.program("t/a", MARKED, "")
    FENCES["show"].publish(desk.run, tmp_path / "site", [Call("show", "t/a")])
    assert (tmp_path / "site/snippets/t/a.py").read_text() == MARKED


BENCH = "import perfplot\n\ndata = perfplot.bench()\n"


@pytest.mark.parametrize(
    ("function", "source", "kinds"),
    [
        ("show", BENCH, ["benchmark-shown"]),
        ("versions", BENCH, ["benchmark-shown"]),
        ("claim", BENCH, ["benchmark-shown"]),
        ("benchmark", BENCH, []),
        ("show", "print(1)\n", []),
        ("versions", "print(1)\n", []),
        ("claim", "print(1)\n", []),
        ("benchmark", "print(1)\n", ["no-benchmark"]),
    ],
)
def test_a_benchmark_is_measured_and_another_program_run(desk, function, source, kinds):
    """Else a page would say of a sound program that it failed or was not measured."""
    desk.program("t/x01_a", source)
    asked = Call(function, "t/x01_a", topics=("numpy",) * (function == "claim"))
    desk.claim("x01", "It is", asked)
    use = next(use for use in desk.project.uses)
    found = [fault.kind for fault in FENCES[function].check(use, desk.project)]
    assert found == kinds


@pytest.mark.parametrize("function", ["show", "versions", "benchmark", "claim"])
def test_a_program_that_is_not_there_is_a_fault(desk, function):
    asked = Call(function, "t/x01_gone", topics=("numpy",) * (function == "claim"))
    desk.claim("x01", "It is", asked)
    use = next(use for use in desk.project.uses)
    found = [fault.kind for fault in FENCES[function].check(use, desk.project)]
    assert found == ["no-such-program"]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "ended", ["exception", "exit", "time limit", "too much output", "died"]
)
def test_a_program_that_failed_is_a_fault_and_nothing_is_said_of_it(
    desk, ended, strict
):
    """Or it is shown as it ended, where another torch ends it otherwise."""
    program = desk.program("t/a", "print(1)\n")
    results = {program.name: Result(ended, {"": "1\n"}, line=1)}
    sound, faults = part(desk.project, results, strict=strict)
    if not strict and ended == "exception":
        assert sound == results
        assert faults == []
        return
    assert sound == {}
    assert [fault.path for fault in faults] == [program.path]
    html = desk.render(Call("show", "t/a"))
    assert not re.search("snippet-(output|note)", html)
