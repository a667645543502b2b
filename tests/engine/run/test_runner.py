"""How a run of programs goes: order, limits, isolation, and without a fork."""

from __future__ import annotations

import pytest

from sitebuild.programs.snippet import parse
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result, fault, silent
from sitebuild.run.runner import FORK, Runner
from sitebuild.run.zygote import FIRST, SECOND, needs_more
from tests.conftest import ROOT

# name: (program, how it ends, on which line, what was printed)
ENDS = {
    "well": ("print(1)\n", "end", 1, "1\n"),
    "raises": (
        "def f():\n    1 / 0\n\n\nf()\n",
        "exception",
        2,
        "Traceback (most recent call last):\n"
        '  File "x.py", line 5, in <module>\n    f()\n'
        '  File "x.py", line 2, in f\n    1 / 0\n'
        "ZeroDivisionError: division by zero\n",
    ),
    "exits": ("import sys\nsys.exit(0)\n", "exit", 2, ""),
    "leaves": ("import os\nprint(1)\nos._exit(3)\n", "died", 3, "1\n"),
    "crashes": (
        "import ctypes\n\n\ndef f():\n    ctypes.string_at(0)\n\n\nf()\n",
        "died",
        5,
        "",
    ),
    "never ends": (
        "# time limit: 1 s (test)\ndef f():\n    while True: pass\n\n\nf()\n",
        "time limit",
        3,
        "",
    ),
    "prints too much": (
        "while True:\n    print('x' * 9999)\n",
        "too much output",
        1,
        "",
    ),
    "closes all": ("import os\nos.closerange(3, 99)\nprint(1)\n", "died", 2, ""),
    "seeks": ("import os\nprint(1)\nos.lseek(1, 0, 0)\nprint(2)\n", "end", 4, "1\n2\n"),
}


@pytest.fixture(scope="module", params=[True, False], ids=["fork", "spawn"])
def ended(request, runner):
    """The result of each of `ENDS`, forked and in a Python of its own."""
    snippets = [parse(name, "x.py", source) for name, (source, *_) in ENDS.items()]
    if request.param:
        return dict(runner.run(snippets))
    with Runner(fork=False) as alone:
        return dict(alone.run(snippets))


@pytest.mark.parametrize("name", ENDS)
def test_how_a_program_ends_is_told(name, ended):
    _, how, line, printed = ENDS[name]
    result = ended[name]
    assert (result.ended, result.line) == (how, line)
    assert result.output == printed or name == "prints too much"
    assert len(result.output) <= 64 * 1024


def test_sections_have_their_own_outputs(runner):
    source = "# %% a\nprint(1)\n# %% b\n# %% c\nprint(3)\n"
    [(_, result)] = runner.run([parse("x", "x.py", source)])
    assert result.outputs == {"a": "1\n", "b": "", "c": "3\n"}


def test_the_second_zygote_runs_what_needs_it_and_the_first_the_rest(runner):
    source = (
        "import sys\nprint(*[m for m in {!r} if m in sys.modules])\n"
        "class optim: pass  # {}\n"
    )
    second = source.format(FIRST + SECOND, "torch.optim")
    first = source.format(FIRST + SECOND, "").replace("optim", "other")
    snippets = [parse("first", "x.py", first), parse("second", "x.py", second)]
    assert [needs_more(s.source) for s in snippets] == [False, True]
    found = dict(runner.run(snippets))
    if FORK:
        assert found["first"].output.split() == [*FIRST]
        assert found["second"].output.split() == [*FIRST, *SECOND]


STATE = """
import gc, signal, sys, threading
import torch
print(torch.initial_seed() == torch.default_generator.initial_seed())
print(torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled())
print(torch.is_warn_always_enabled(), torch.are_deterministic_algorithms_enabled())
print(torch.tensor(1.0)._version, torch.is_anomaly_enabled(), gc.isenabled())
print(threading.active_count(), sys.getrecursionlimit())
print([signal.getsignal(s) for s in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM)])
torch.ones(1, requires_grad=True).clone().grad  # warns, once in a process
torch.ones(1, requires_grad=True).clone().grad
print(sorted(m for m in sys.modules if m.partition(".")[0] == "__main__"))
"""


def test_a_fork_has_the_state_of_a_python_of_its_own(runner):
    """Of the first zygote and of the second."""
    snippets = [parse("1", "x.py", STATE), parse("2", "x.py", STATE + "# optim\n")]
    forked = dict(runner.run(snippets))
    with Runner(fork=False) as alone:
        [(_, expected)] = alone.run(snippets[:1])
    assert expected.ended == "end"
    assert "The .grad attribute" in expected.output
    assert forked["1"].output == expected.output
    assert forked["2"].output == expected.output


def test_a_run_that_is_not_read_to_its_end_does_not_disturb_the_next(runner):
    for _ in runner.run([parse(str(n), "x.py", f"print({n})\n") for n in range(9)]):
        break
    found = dict(runner.run([parse("9", "x.py", "print(9)\n")]))
    assert {name: result.output for name, result in found.items()} == {"9": "9\n"}


def test_that_no_program_can_run_is_said_with_names(monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    with (
        Runner() as runner,
        pytest.raises(RuntimeError, match=r"status 1 .* any of: a, b"),
    ):
        list(runner.run([parse(name, "x.py", "print(1)\n") for name in "ab"]))


@pytest.mark.parametrize("fork", [True, False])
def test_that_there_is_no_torch_is_said(monkeypatch, tmp_path, fork):
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('no torch here')\n")
    monkeypatch.setattr("sitebuild.run.runner.ROOT", f"{tmp_path}:{ROOT}")
    with (
        Runner(fork=fork) as runner,
        pytest.raises(RuntimeError, match="no torch here"),
    ):
        runner.environment()


def test_environments_have_a_name_a_version_and_words():
    found = Environment("2.13.0+cpu", "3.11.7", "2.3.0", False, "CPU", "Linux x86_64")
    assert found.name == "torch-2.13.0-cpu"
    assert found.version == (2, 13, 0)
    assert str(found) == "torch 2.13.0+cpu, Python 3.11.7, CPU"


# (program, result, kind and line of the fault)
FAULTS = [
    ("print(1)\n", Result("end", {"": "1\n"}), None),
    ("f()  # raises E\n", Result("end", {"": ""}), ("does-not-raise", 1)),
    (
        "f()\n",
        Result("exception", {"": "E: x\n"}, "E", 1),
        ("unannounced-exception", 1),
    ),
    ("f()  # raises E\n", Result("exception", {"": ""}, "E", 1), None),
    (
        "f()  # raises E\n",
        Result("exception", {"": ""}, "F", 1),
        ("other-exception", 1),
    ),
    ("f()\n", Result("exit", {"": ""}, "", 1), ("exit", 1)),
    ("f()\n", Result("time limit", {"": ""}, "", 1), ("time-limit", 1)),
    ("f()\n", Result("too much output", {"": ""}, "", 1), ("too-much-output", 1)),
    ("f()\n", Result("died", {"": ""}, "", 1, -9), ("died", 1)),
    ("f()\n", Result("lost", {"": ""}, "why"), ("lost", 1)),
]


@pytest.mark.parametrize(("source", "result", "expected"), FAULTS)
def test_an_end_that_was_not_announced_is_a_fault(source, result, expected):
    found = fault(parse("x", "x.py", source), result)
    assert (found and (found.kind, found.line)) == expected


def test_a_program_that_shows_nothing_is_a_fault():
    snippet = parse("x", "x.py", "x = 1\n")
    found = silent(snippet, Result("end", {"": " \n"}))
    assert found
    assert found.kind == "prints-nothing"
    assert silent(snippet, Result("end", {"": "1\n"})) is None
    assert (
        silent(snippet, Result("end", {"": ""}, figures={("table", "", ("x",)): {}}))
        is None
    )
    raises = parse("x", "x.py", "x()  # raises E\n")
    assert silent(raises, Result("exception", {"": ""}, "E", 1)) is None


def test_a_program_that_compares_times_runs_when_no_other_does(runner):
    timed = "import timeit\nprint(timeit.timeit('1', number=1) > 0)\n"
    slow = "import time\ntime.sleep(0.3)\nprint(1)\n"
    texts = {"timed": timed, "slow": slow, "slow too": slow, "timed too": timed}
    snippets = [parse(name, "x.py", text) for name, text in texts.items()]
    ended = [name for name, _ in runner.run(snippets)]
    assert ended[2:] == ["timed", "timed too"]
