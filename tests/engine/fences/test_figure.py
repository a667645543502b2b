"""What a page asks a figure of is taken in the run; what cannot be is reported."""

from __future__ import annotations

import dataclasses
import json

import pytest

from sitebuild.fences import figure, show
from sitebuild.pages.call import Call, parse_figures
from sitebuild.programs.snippet import parse
from sitebuild.project import Project, Run, Use
from sitebuild.run.capture import Shot

SOURCE = """\
# %% one
import torch

x = torch.ones(1)
n = 1
rows = [{"one": 1, "two": 2}]

# %% two
x[0] = 2
x.nope  # raises AttributeError
"""


class Page:
    """As much of a page as a fault names."""

    path = "docs/en/index.md"


@pytest.fixture(scope="module")
def program():
    return parse("t/x", "snippets/t/x.py", SOURCE)


@pytest.fixture(scope="module")
def taken(program, runner):
    """A function: the result of the program, with figures that a header asks for."""

    def run(header, section=""):
        call = Call("show", "t/x", section=section, figures=parse_figures(header))
        shots = [shot for _, shot in figure.shots(call, program)]
        ((_, result),) = runner.run([program], figures={"t/x": shots})
        return call, result

    return run


def test_figures_are_taken_when_a_section_ends_and_at_an_exception(taken, runner):
    _, first = taken({"storage": "one: x | two: x"})
    _, again = taken({"storage": "one: x | two: x"})
    shots = [Shot("storage", section, ("x",)) for section in ("one", "two")]
    assert [first.figures[s]["storages"][0]["values"] for s in shots] == [
        ["1.0"],
        ["2.0"],
    ]
    assert json.dumps([*first.figures.values()]) == json.dumps(
        [*again.figures.values()]
    )


def test_a_figure_changes_nothing_that_the_program_prints(taken):
    _, with_figures = taken({"graph": "x", "table": "rows: a | b"}, "two")
    _, without = taken({})
    assert without.figures == {}
    assert without.outputs == with_figures.outputs


@pytest.mark.parametrize(
    ("header", "section", "message"),
    [
        ({"graph": "q"}, "one", "there is no variable 'q' where a tensor is needed"),
        (
            {"storage": "n"},
            "one",
            "'n' is of type int where a tensor or array is needed",
        ),
        ({"table": "rows: a"}, "one", "1 titles for the 2 keys of rows"),
        ({"table": "rows: a | b | c"}, "one", "3 titles for the 2 keys of rows"),
        ({"table": "nope: a | b"}, "one", "there is no variable 'nope' among"),
        ({"table": "n: a"}, "one", "'n' is not a list of dicts"),
        ({"chart": "rows: a | b"}, "one", "'rows' is not a dict with 'x' and 'series'"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_reported_in_its_place(
    program, taken, environment, tmp_path, header, section, message
):
    call, result = taken(header, section)
    project = Project(tmp_path, {}, {}, {"t/x": program}, [], [])
    run = Run(project, environment, {"t/x": result})
    (fault,) = figure.judge(Use(Page, 7, call), run)
    assert (fault.path, fault.line, fault.kind) == (Page.path, 7, "no-figure")
    assert message in fault.message
    assert fault.advice


def test_a_program_that_ends_early_has_not_all_figures(
    program, taken, environment, tmp_path
):
    call, result = taken({"graph": "x"})
    project = Project(tmp_path, {}, {}, {"t/x": program}, [], [])
    run = Run(project, environment, {"t/x": dataclasses.replace(result, figures={})})
    (fault,) = figure.judge(Use(Page, 7, call), run)
    assert "the program ends before section 'two'" in fault.message


def test_a_section_that_is_not_there_is_reported_before_the_run(program, tmp_path):
    project = Project(tmp_path, {}, {}, {"t/x": program}, [], [])
    call = Call("show", "t/x", figures=parse_figures({"graph": "later: x"}))
    (fault,) = show.check(Use(Page, 7, call), project)
    assert fault.kind == "no-such-section"
    assert "has no section 'later'" in fault.message
    sound = Call("show", "t/x", figures=parse_figures({"graph": "one: x"}))
    assert not list(show.check(Use(Page, 7, sound), project))


def test_a_program_that_is_not_always_run_has_no_figures():
    program = parse("t/y", "snippets/t/y.py", "# needs: cuda\nx = 1\n")
    call = Call("show", "t/y", figures=parse_figures({"graph": "x"}))
    (fault,) = figure.check(Use(Page, 7, call), program)
    assert fault.kind == "figure-not-run"
