"""Recordings: what is written is read again, and nothing else is."""

from __future__ import annotations

import json

import pytest

from sitebuild import record
from sitebuild.programs.snippet import parse
from sitebuild.run import recording
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result
from tests.conftest import ROOT

HERE = Environment("2.11.0+cu128", "3.12.1", "2.3.0", True, "Test GPU", "Linux x86_64")
ONE = parse("t/one", "snippets/t/one.py", "print('one')\n")
TWO = parse("t/two", "snippets/t/two.py", "# %% a\nprint(1)\n# %% b\nprint(2)\n")
RESULTS = {
    "t/one": Result("end", {"": "one\n"}),
    "t/two": Result("end", {"a": "1\n", "b": "2\n"}),
}
FOLDER = f"recordings/{HERE.name}"


@pytest.fixture
def recorded(tmp_path):
    recording.write(tmp_path, HERE, [ONE, TWO], RESULTS)
    return tmp_path


def edit(root, change):
    file = root / FOLDER / "environment.json"
    facts = json.loads(file.read_text(encoding="utf-8"))
    change(facts)
    file.write_text(json.dumps(facts, indent=1), encoding="utf-8")


def test_what_is_written_is_read_again(recorded):
    [found] = recording.read_recordings(recorded)
    assert found.name == "torch-2.11.0-cuda"
    assert found.outputs(ONE) == {"": "one\n"}
    assert found.outputs(TWO) == {"a": "1\n", "b": "2\n"}
    assert recording.faults(recorded) == []


def test_nothing_is_written_when_nothing_has_changed(recorded):
    edit(recorded, lambda facts: facts.update(date="2020-01-01"))
    assert recording.write(recorded, HERE, [ONE, TWO], RESULTS) == []


def test_an_output_is_not_shown_under_another_program(recorded):
    [found] = recording.read_recordings(recorded)
    assert found.outputs(parse("t/one", "snippets/t/one.py", "print('two')\n")) is None


def test_files_that_git_checks_out_with_crlf_are_the_same(recorded):
    file = recorded / FOLDER / "t/two.txt"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert recording.faults(recorded) == []


@pytest.mark.parametrize("spoil", ["edited", "gone", "a folder", "no UTF-8"])
def test_an_output_that_no_run_wrote_is_named_and_not_shown(recorded, spoil):
    file = recorded / FOLDER / "t/one.txt"
    file.unlink()
    if spoil == "edited":
        file.write_text("typed\n")
    elif spoil == "a folder":
        file.mkdir()
    elif spoil == "no UTF-8":
        file.write_bytes(b"\xff\n")
    [found] = recording.faults(recorded)
    assert (found.path, found.kind) == (f"{FOLDER}/t/one.txt", "edited-recording")
    [read] = recording.read_recordings(recorded)
    assert read.outputs(ONE) is None
    assert read.outputs(TWO)


@pytest.mark.parametrize(
    ("spoil", "line", "message"),
    [
        ("no key", 1, "has no key 'outputs'"),
        ("no torch", 1, "cannot be read: "),
        ("conflict", 2, "cannot be read: "),
        ("a list", 1, "cannot be read: "),
        ("gone", 1, "cannot be read: "),
    ],
)
def test_an_environment_that_cannot_be_read_is_named(recorded, spoil, line, message):
    file = recorded / FOLDER / "environment.json"
    if spoil == "no key":
        edit(recorded, lambda facts: facts.pop("outputs"))
    elif spoil == "no torch":
        edit(recorded, lambda facts: facts.pop("torch"))
    elif spoil == "conflict":
        file.write_text(file.read_text().replace("{\n", "{\n<<<<<<< HEAD\n", 1))
    elif spoil == "a list":
        file.write_text("[]")
    else:
        file.unlink()
    [found] = recording.faults(recorded)
    assert (found.path, found.line) == (f"{FOLDER}/environment.json", line)
    assert found.message.startswith(message)
    assert recording.read_recordings(recorded) == []


def test_what_is_recorded_of_a_program_that_is_gone_goes(recorded):
    recording.forget(recorded, {"t/two"})
    assert not (recorded / FOLDER / "t/one.txt").exists()
    [found] = recording.read_recordings(recorded)
    assert set(found.digests) == set(found.printed) == {"t/two"}
    assert recording.faults(recorded) == []


def test_nothing_is_deleted_where_nothing_can_be_written(recorded, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Read-only file system", "environment.json")

    monkeypatch.setattr("os.replace", refuse)
    before = {p: p.read_bytes() for p in recorded.rglob("*.*") if p.is_file()}
    for attempt in (
        lambda: recording.write(recorded, HERE, [TWO], RESULTS),
        lambda: recording.forget(recorded, {"t/two"}),
    ):
        with pytest.raises(PermissionError):
            attempt()
        kept = {path: path.read_bytes() for path in before}
        assert kept == before


def test_record_says_what_it_cannot_write(tmp_path, capsys):
    snippet = tmp_path / "snippets/t/one.py"
    snippet.parent.mkdir(parents=True)
    snippet.write_text("print('one')\n")
    (tmp_path / "recordings").write_text("in the way")
    assert record.record(tmp_path) == 1
    assert capsys.readouterr().err.startswith("cannot write ")
    (tmp_path / "recordings").unlink()
    assert record.record(tmp_path) == 0
    [found] = recording.read_recordings(tmp_path)
    assert found.outputs(parse("t/one", "", "print('one')\n")) == {"": "one\n"}


def test_an_output_like_a_section_mark_is_refused(tmp_path):
    outputs = {"a": "# %% b\n", "b": ""}
    with pytest.raises(ValueError, match=r"snippets/t/two.py prints what looks like"):
        recording.write(tmp_path, HERE, [TWO], {"t/two": Result("end", outputs)})


def test_the_recordings_of_this_project_are_as_they_were_recorded():
    assert recording.faults(ROOT) == []
