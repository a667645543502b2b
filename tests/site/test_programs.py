"""Every snippet: prints what is recorded, alone and in company, on every line."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from sitebuild.programs.snippet import parse
from sitebuild.run.recording import read_recordings
from sitebuild.run.result import fault
from sitebuild.run.runner import Runner
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def runnable(project, results):
    return [project.programs[name] for name in results]


def test_every_snippet_ends_as_it_announces(runnable, results):
    wrong = [fault(snippet, results[snippet.name]) for snippet in runnable]
    assert [str(found) for found in wrong if found] == []


def test_outputs_equal_the_recording_of_this_environment(
    runnable, results, environment
):
    found = {r.name: r for r in read_recordings(ROOT)}
    name = environment.name
    if name not in found:
        pytest.skip(f"no recording of {name}: write one with `nox -s record`")
    differing = [
        f"{snippet.path}: run `nox -s record` and look at `git diff recordings`"
        for snippet in runnable
        if found[name].outputs(snippet) != results[snippet.name].outputs
    ]
    assert differing == []


def test_recordings_hold_nothing_but_snippets_of_today(project):
    """A recorded file that no snippet stands behind was left over, or typed."""
    for recording in read_recordings(ROOT):
        files = {
            path.relative_to(recording.root).with_suffix("").as_posix()
            for path in recording.root.rglob("*.txt")
        }
        assert files == set(recording.digests), recording.name
        assert files <= set(project.programs), recording.name


@pytest.fixture(scope="module")
def again(runnable):
    """The results of another zygote, in another order."""
    with Runner() as runner:
        shuffled = random.Random(0).sample(runnable, len(runnable))
        return dict(runner.run(shuffled))


def test_outputs_are_the_same_twice_and_after_others_shuffled(again, results):
    assert {n: r.outputs for n, r in again.items()} == {
        n: r.outputs for n, r in results.items()
    }


def test_a_snippet_prints_the_same_in_a_python_of_its_own(runnable, results):
    """Forking from a process with torch in it changes nothing that is printed."""
    some = random.Random(1).sample(runnable, 4)
    with Runner(fork=False) as runner:
        alone = dict(runner.run(some))
    assert {n: r.outputs for n, r in alone.items()} == {
        s.name: results[s.name].outputs for s in some
    }


# A program that executes another as it stands, and says which lines it missed.
TRACER = """
import dis, sys, types

def _lines(code):
    yield from (line for _, line in dis.findlinestarts(code) if line)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _lines(constant)

def _trace(frame, event, argument):
    if frame.f_code.co_filename == "<traced>":
        _executed.add(frame.f_lineno)
        return _trace

_code, _executed = compile({source!r}, "<traced>", "exec"), set()
sys.settrace(_trace)
try:
    exec(_code)
except BaseException:
    pass
sys.settrace(None)
print("\\nmissed:", *sorted({{*_lines(_code)}} - _executed))
"""


def test_every_line_of_every_snippet_is_executed(runnable):
    # The probes of the matrix share a program that knows more than one case, and
    # the program of a claim has a branch for what the claim predicts.
    traced = [
        replace(
            parse(snippet.name, snippet.path, TRACER.format(source=snippet.source)),
            time_limit=snippet.time_limit,
        )
        for snippet in runnable
        if not snippet.name.startswith(("matrix/", "fact_check/"))
    ]
    with Runner() as runner:
        found = dict(runner.run(traced))
    missed = {name: r.output.rpartition("missed:")[2] for name, r in found.items()}
    assert {name: lines for name, lines in missed.items() if lines != "\n"} == {}


def test_snippets_are_at_most_80_columns_wide(project):
    """The programs over populations are read on a larger screen."""
    wide = [
        f"{snippet.path}:{number}"
        for snippet in project.programs.values()
        for number, line in enumerate(snippet.source.splitlines(), 1)
        if len(line) > 80 and not snippet.path.startswith("populations/")
    ]
    assert wide == []
