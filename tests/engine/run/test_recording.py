"""Recordings: what is written comes back, under the very text that printed it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from sitebuild.programs.snippet import parse
from sitebuild.run import recording
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result


def snippet(source: str):
    return parse("t/a", "snippets/t/a.py", source)


ENVIRONMENT = Environment(
    torch="2.9.1+cpu",
    python="3.11.7",
    numpy="2.3.0",
    cuda=False,
    device="CPU",
    platform="Linux x86_64",
)
OLD = replace(ENVIRONMENT, torch="1.9.0")
SECTIONS = snippet("# %% one\nprint(1)\n# %% two\n# %% three\nprint(3)\n")


def record(root, outputs, of=SECTIONS, environment=ENVIRONMENT):
    return recording.write(root, environment, [of], {of.name: Result("end", outputs)})


@pytest.mark.parametrize(
    "outputs",
    [
        {"one": "1\n", "two": "", "three": "3\n"},
        {"one": "", "two": "", "three": ""},
        {"one": "no newline", "two": "at the", "three": "end"},
        {"one": "\n\n", "two": "  \n", "three": "\n"},
        {"one": "勾配\n", "two": "\x1b[1m\x00\n", "three": "\\udc80\n"},
        {"one": "\x0b\x0c\x85\u2028\n", "two": "# %% one\n", "three": "# %% two\n"},
    ],
)
def test_a_recording_gives_back_what_was_printed(tmp_path, outputs):
    record(tmp_path, outputs)
    [found] = recording.read_recordings(tmp_path)
    assert found.name == "torch-2.9.1-cpu"
    assert found.outputs(SECTIONS) == outputs


def test_a_section_that_prints_the_mark_of_another_is_not_recorded(tmp_path):
    """It could not be read back: the outputs would stand under other code."""
    with pytest.raises(ValueError, match=r"snippets/t/a\.py prints"):
        record(tmp_path, {"one": "1\n# %% two\n", "two": "2\n", "three": ""})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["1\n", "", "no newline", "# %% one\n"])
def test_a_recording_without_sections_is_the_text_itself(tmp_path, text):
    plain = snippet("print(1)\n")
    record(tmp_path, {"": text}, plain)
    [found] = recording.read_recordings(tmp_path)
    assert found.outputs(plain) == {"": text}
    file = tmp_path / "recordings/torch-2.9.1-cpu/t/a.txt"
    assert file.read_bytes() == text.encode()


@pytest.mark.parametrize("text", ["1\n", ""])
def test_the_same_run_again_writes_nothing(tmp_path, text):
    outputs = {"one": text, "two": "", "three": ""}
    assert record(tmp_path, outputs) == [
        "recordings/torch-2.9.1-cpu/t/a.txt",
        "recordings/torch-2.9.1-cpu/environment.json",
    ]
    file = tmp_path / "recordings/torch-2.9.1-cpu/environment.json"
    yesterday = re.sub(r'"date": "[^"]+"', '"date": "2000-01-01"', file.read_text())
    file.write_text(yesterday)
    assert record(tmp_path, outputs) == []
    assert file.read_text() == yesterday


def test_another_output_or_another_snippet_is_written_with_a_new_date(tmp_path):
    outputs = {"one": "1\n", "two": "", "three": ""}
    record(tmp_path, outputs)
    text = "recordings/torch-2.9.1-cpu/t/a.txt"
    environment = "recordings/torch-2.9.1-cpu/environment.json"
    assert record(tmp_path, {**outputs, "two": "2\n"}) == [text, environment]
    edited = snippet(SECTIONS.source + "# a comment\n")
    assert record(tmp_path, {**outputs, "two": "2\n"}, edited) == [environment]


def test_a_snippet_that_has_changed_since_has_no_recording(tmp_path):
    record(tmp_path, {"one": "1\n", "two": "", "three": ""})
    [found] = recording.read_recordings(tmp_path)
    assert found.outputs(snippet(SECTIONS.source + "# a comment\n")) is None
    assert found.outputs(parse("t/other", "snippets/t/other.py", "x = 1\n")) is None


def test_what_no_snippet_stands_behind_is_removed(tmp_path):
    outputs = {"one": "1\n", "two": "", "three": ""}
    record(tmp_path, outputs)
    other = parse("t/b", "snippets/t/b.py", SECTIONS.source)
    record(tmp_path, outputs, other)
    [found] = recording.read_recordings(tmp_path)
    assert found.outputs(SECTIONS) is None
    assert [path.name for path in found.root.rglob("*.txt")] == ["b.txt"]


def test_recordings_come_with_the_oldest_torch_first(tmp_path):
    for version, cuda in (("2.13.0+cpu", False), ("2.9.1", False), ("2.9.1", True)):
        environment = replace(ENVIRONMENT, torch=version, cuda=cuda)
        record(tmp_path, {"one": "", "two": "", "three": ""}, environment=environment)
    names = [found.name for found in recording.read_recordings(tmp_path)]
    assert names == ["torch-2.9.1-cpu", "torch-2.9.1-cuda", "torch-2.13.0-cpu"]


def test_what_any_environment_recorded_of_a_lost_snippet_is_forgotten(tmp_path):
    outputs = {"one": "1\n", "two": "", "three": ""}
    other = parse("t/b", "snippets/t/b.py", SECTIONS.source)
    results = {"t/a": Result("end", outputs), "t/b": Result("end", outputs)}
    recording.write(tmp_path, ENVIRONMENT, [SECTIONS, other], results)

    record(tmp_path, outputs, environment=OLD)
    untouched = tmp_path / "recordings/torch-1.9.0-cpu/environment.json"
    before = untouched.stat()
    recording.forget(tmp_path, ["t/a"])
    _, newer = recording.read_recordings(tmp_path)
    assert newer.outputs(SECTIONS) == outputs
    assert newer.outputs(other) is None
    assert newer.environment.date  # that of the recording, not of the forgetting
    assert [path.name for path in newer.root.rglob("*.txt")] == ["a.txt"]
    assert list(newer.digests) == list(newer.printed) == ["t/a"]
    assert untouched.stat().st_ino == before.st_ino  # not written anew


def test_a_result_that_is_not_given_is_not_recorded(tmp_path):
    other = parse("t/b", "snippets/t/b.py", SECTIONS.source)
    outputs = {"one": "1\n", "two": "", "three": ""}
    changed = recording.write(
        tmp_path, ENVIRONMENT, [SECTIONS, other], {"t/a": Result("end", outputs)}
    )
    assert [path.rpartition("/")[2] for path in changed] == [
        "a.txt",
        "environment.json",
    ]
    [found] = recording.read_recordings(tmp_path)
    assert list(found.digests) == ["t/a"]


def test_the_whole_output_is_that_of_all_sections(tmp_path):
    record(tmp_path, {"one": "1\n", "two": "", "three": "3\n"})
    [found] = recording.read_recordings(tmp_path)
    assert found.output(SECTIONS) == "1\n3\n"
    assert found.output(snippet("print(2)\n")) is None


def test_the_file_says_where_and_of_which_text(tmp_path):
    record(tmp_path, {"one": "1\n", "two": "", "three": ""})
    file = tmp_path / "recordings/torch-2.9.1-cpu/environment.json"
    facts = json.loads(file.read_text())
    assert facts["snippets"] == {"t/a": SECTIONS.digest}
    assert (facts["torch"], facts["cuda"]) == ("2.9.1+cpu", False)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", facts["date"])


def test_what_was_recorded_has_no_fault(tmp_path):
    record(tmp_path, {"one": "1\n", "two": "", "three": ""})
    assert recording.faults(tmp_path) == []
    assert recording.faults(tmp_path / "empty") == []


@pytest.mark.parametrize(
    ("file", "text", "line", "kind"),
    [
        ("t/a.txt", "# %% one\n2\n# %% two\n# %% three\n", 1, "edited-recording"),
        ("t/a.txt", None, 1, "edited-recording"),
        ("environment.json", "{\n<<<<<<< HEAD\n", 2, "unreadable"),
        ("environment.json", "{}", 1, "unreadable"),
        ("environment.json", None, 1, "unreadable"),
    ],
)
def test_a_recording_that_was_edited_is_named_and_not_shown(
    tmp_path, file, text, line, kind
):
    record(tmp_path, {"one": "1\n", "two": "", "three": ""})
    record(tmp_path, {"one": "", "two": "", "three": ""}, environment=OLD)
    place = tmp_path / "recordings/torch-2.9.1-cpu" / file
    place.unlink()
    if text is not None:
        place.write_text(text)
    [fault] = recording.faults(tmp_path)
    where = f"recordings/torch-2.9.1-cpu/{file}"
    assert (fault.path, fault.line, fault.kind) == (where, line, kind)
    readable = recording.read_recordings(tmp_path)
    assert [r.name for r in readable if r.outputs(SECTIONS)] == ["torch-1.9.0-cpu"]
