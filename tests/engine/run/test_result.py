"""How a run is judged: whether a program ended as it announces."""

from __future__ import annotations

import pytest

from sitebuild.programs.snippet import parse
from sitebuild.run.capture import Shot
from sitebuild.run.result import Result, fault, silent

PLAIN = parse("t/a", "snippets/t/a.py", "print(1)\nprint(2)\n")
RAISES = parse("t/b", "snippets/t/b.py", "print(1)\nint('x')  # raises ValueError\n")
NOTEBOOK = parse(
    "notebooks/n", "docs/ja/n.ipynb", "# %% one\nx = 1\n# %% two\n  # here\nx / 0\n"
)


def exception(name: str, line: int) -> Result:
    return Result("exception", {"": f"1\n{name}: why\n"}, name, line)


@pytest.mark.parametrize(
    ("program", "result"),
    [(PLAIN, Result("end", {"": "1\n"})), (RAISES, exception("ValueError", 2))],
)
def test_what_ends_as_announced_has_no_fault(program, result):
    assert fault(program, result) is None


@pytest.mark.parametrize(
    ("program", "result", "line", "kind", "message"),
    [
        (
            RAISES,
            Result("end", {}),
            2,
            "does-not-raise",
            "announces ValueError and does not raise it",
        ),
        (
            PLAIN,
            exception("KeyError", 2),
            2,
            "unannounced-exception",
            "raises KeyError without announcing it: KeyError: why",
        ),
        (
            RAISES,
            exception("KeyError", 2),
            2,
            "other-exception",
            "announces ValueError on line 2, but raises KeyError on line 2: KeyError",
        ),
        (
            RAISES,
            exception("ValueError", 1),
            1,
            "other-exception",
            "announces ValueError on line 2, but raises ValueError on line 1: Value",
        ),
        (PLAIN, Result("exit", {}, line=2), 2, "exit", "leaves by sys.exit()"),
        (RAISES, Result("exit", {}, line=1), 1, "exit", "leaves by sys.exit()"),
        (
            PLAIN,
            Result("time limit", {}, line=1),
            1,
            "time-limit",
            "was still running after 10 s",
        ),
        (
            PLAIN,
            Result("too much output", {}, line=1),
            1,
            "too-much-output",
            "prints more than 64 KiB",
        ),
        (PLAIN, Result("lost", {}, "why", 2), 2, "lost", "its result was lost: why"),
        (
            PLAIN,
            Result("died", {}, line=2, status=-11),
            2,
            "died",
            "the process was killed by SIGSEGV",
        ),
        (
            PLAIN,
            Result("died", {}, status=0),
            1,
            "died",
            "the process left with status 0, past Python",
        ),
        (
            NOTEBOOK,
            exception("ZeroDivisionError", 5),
            5,
            "unannounced-exception",
            "the code cell 'two', at `x / 0`, raises ZeroDivisionError without",
        ),
        (
            NOTEBOOK,
            Result("died", {}, status=1),
            1,
            "died",
            "the code cell 'one', at `# %% one`, the process left with status 1",
        ),
    ],
)
def test_what_ends_otherwise_is_a_fault(program, result, line, kind, message):
    found = fault(program, result)
    assert (found.path, found.line, found.kind) == (program.path, line, kind)
    assert found.message.startswith(message)
    assert found.advice


def test_the_last_line_of_an_endless_message_is_cut():
    result = Result("exception", {"": "x" * 1000}, "ValueError", 1)
    assert len(fault(PLAIN, result).message) < 300


def test_the_output_is_that_of_all_sections():
    assert Result("end", {"one": "1\n", "two": "2\n"}).output == "1\n2\n"


def test_a_run_of_which_nothing_can_be_shown_is_silent():
    nothing = Result("end", {"": " \n"})
    figure = Result("end", {"": ""}, figures={Shot("graph", "", ("y",)): {}})
    benchmark = parse("t/c", "snippets/t/c.py", "data = perfplot.bench(x)\n")
    assert silent(PLAIN, nothing).kind == "prints-nothing"
    assert silent(PLAIN, Result("end", {"": "1\n"})) is None
    assert silent(PLAIN, figure) is None
    assert silent(RAISES, nothing) is None  # which has another fault
    assert silent(benchmark, nothing) is None
    assert silent(PLAIN, Result("exit", {"": ""})) is None  # so has this
