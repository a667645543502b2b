"""Programs over populations: recorded where they changed, left out by a build."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest

from sitebuild import programs
from sitebuild import record as recorder
from sitebuild.run import populations, recording
from tests.engine.run.test_recording import ENVIRONMENT

PROGRAM = """from samples import answer

print(answer)
"""


@pytest.fixture
def root(tmp_path):
    """A project with one population, and what it imports."""
    folder = tmp_path / "populations"
    folder.mkdir()
    (folder / "all.py").write_text(PROGRAM)
    (folder / "samples.py").write_text("answer = 42\n")
    (tmp_path / "snippets/t").mkdir(parents=True)
    (tmp_path / "snippets/t/a.py").write_text("print(1)\n")
    return tmp_path


def asked(root):
    return [p for p in programs.read(root)[0].values() if p.is_population]


def record(root, environment=ENVIRONMENT):
    """Record the populations alone; return what was printed."""
    results = dict(recorder._populations(root, environment, asked(root)))
    ran = [program for program in asked(root) if program.name in results]
    recording.write(root, environment, ran, results)
    return {name: result.output for name, result in results.items()}


@pytest.fixture
def runs(monkeypatch):
    """The names of the programs that were run."""
    found = []
    run = populations._run

    def counted(root, program):
        found.append(program.name)
        return run(root, program)

    monkeypatch.setattr(populations, "_run", counted)
    return found


def test_a_build_runs_none_of_them(root):
    known, faults = programs.read(root)
    assert faults == []
    assert set(known) == {"populations/all", "t/a"}
    assert [p.name for p in programs.runnable(known, cuda=True)] == ["t/a"]


def test_what_it_imports_is_part_of_what_was_recorded(root):
    [before] = asked(root)
    (root / "populations/samples.py").write_text("answer = 43\n")
    [after] = asked(root)
    assert before.source == after.source
    assert before.digest != after.digest


def test_one_that_is_recorded_as_it_stands_is_not_run_again(root, runs):
    assert record(root) == record(root) == {"populations/all": "42\n"}
    assert runs == ["populations/all"]


@pytest.mark.parametrize("change", ["text", "shared", "environment", "file", "edited"])
def test_it_runs_again_after_a_change(root, runs, change):
    record(root)
    there = ENVIRONMENT
    recorded = root / f"recordings/{ENVIRONMENT.name}/populations/all.txt"
    if change == "text":
        (root / "populations/all.py").write_text(PROGRAM + "\n")
    elif change == "shared":
        (root / "populations/samples.py").write_text("answer = 6 * 7\n")
    elif change == "environment":
        there = replace(ENVIRONMENT, python="3.12.0")
    elif change == "file":
        recorded.unlink()
    else:
        recorded.write_text("43\n")
    assert record(root, there) == {"populations/all": "42\n"}
    assert len(runs) == 2
    assert recorded.read_text() == "42\n"


def test_without_the_package_it_says_so_and_records_the_rest(
    root, runs, monkeypatch, capsys
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert record(root) == {}
    assert runs == []
    said = capsys.readouterr().err
    assert "expecttest" in said
    assert "populations/all.py" in said


def test_one_that_fails_says_how(root):
    (root / "populations/all.py").write_text("import samples\n\nprint(1)\n1 / 0\n")
    [(_, result)] = populations.run(root, asked(root))
    assert result.ended == "lost"
    assert result.exception == "ZeroDivisionError: division by zero"


def test_one_that_does_not_end_is_ended_with_its_workers(root, monkeypatch):
    monkeypatch.setattr(populations, "LIMIT", 1.0)
    (root / "populations/all.py").write_text(
        "import os, time\n\nos.fork()\ntime.sleep(60)\n"
    )
    [(_, result)] = populations.run(root, asked(root))
    assert result.ended == "time limit"
