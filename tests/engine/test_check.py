"""What is wrong with a whole project, and how it is reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sitebuild.check import check, judge, part, report
from sitebuild.faults import Fault
from sitebuild.project import Run, read
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result

WORDS = '[language]\nname = "{}"\nconfig = "{}"\n'
PAGE = """\
---
description: {}
---
# A {{ #{} }}

```python exec="on"
show("t/{}")
```
"""
ENVIRONMENT = Environment("2.9.1", "3.11.7", "2.3.0", False, "CPU", "Linux x86_64")


@pytest.fixture
def root(tmp_path):
    """A small project with nothing wrong."""

    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    for code, config in (("ja", "mkdocs.yml"), ("en", "mkdocs.en.yml")):
        write(f"words/{code}.toml", WORDS.format(code, config))
        write(f"docs/{code}/a.md", PAGE.format("one", "a", "one"))
        write(f"docs/{code}/b.md", PAGE.format("two", "b", "two"))
    write("snippets/t/one.py", "print(1)\n")
    write(
        "snippets/t/two.py", "# %% a\nprint(2)\n# %% b\nint('x')  # raises KeyError\n"
    )
    return tmp_path


def places(faults):
    return [(fault.path, fault.line, fault.kind) for fault in faults]


def test_a_sound_project_has_no_fault(root):
    assert check(read(root)) == []


def test_every_check_of_the_whole_is_made(root):
    """Of single files, of languages, of links, of fences, of what is not shown."""
    ja, en = root / "docs/ja/a.md", root / "docs/en/a.md"
    ja.write_text(ja.read_text().replace("t/one", "t/gone") + "\n##B\n[x](c.md)\n")
    en.write_text(en.read_text().replace("one\n", "two\n", 1))
    assert places(sorted(check(read(root)))) == [
        ("docs/en/a.md", 1, "unequal-links"),
        ("docs/en/a.md", 6, "unequal-snippets"),
        ("docs/en/b.md", 1, "same-description"),
        ("docs/ja/a.md", 6, "no-such-program"),
        ("docs/ja/a.md", 10, "heading-without-space"),
        ("docs/ja/a.md", 11, "dead-link"),
    ]
    en.write_text(en.read_text().replace("t/one", "t/gone"))
    found = places(check(read(root)))
    assert ("snippets/t/one.py", 1, "not-shown") in found


def test_nothing_misses_what_could_not_be_read(root):
    """Neither the other language, nor a link, nor a snippet that only it shows."""
    (root / "docs/ja/a.md").write_bytes(b"\xe9")
    b = root / "docs/ja/b.md"
    b.write_text(b.read_text() + "\n[x](a.md)\n")
    b = root / "docs/en/b.md"
    b.write_text(b.read_text() + "\n[x](a.md)\n")
    assert places(check(read(root))) == [("docs/ja/a.md", 1, "not-utf8")]
    (root / "words/en.toml").write_text("x")
    assert places(sorted(check(read(root)))) == [
        ("docs/ja/a.md", 1, "not-utf8"),
        ("words/en.toml", 1, "unreadable"),
    ]
    assert read(root).unread == {"docs/ja/a.md", "words/en.toml"}


def test_a_text_that_one_language_lacks_leaves_nothing_unread(root):
    file = root / "words/ja.toml"
    file.write_text(file.read_text() + 'more = "x"\n')
    found = read(root)
    assert places(check(found)) == [("words/ja.toml", 4, "unequal-words")]
    assert found.unread == set()


SILENT = Result("end", {"": ""})
RESULTS = {
    "t/one": Result("end", {"": "1\n"}),
    "t/two": Result("exception", {"a": "2\n", "b": ""}, "ValueError", 4),
    "t/three": Result("died", {"": ""}, line=1, status=1),
}


def test_results_are_sound_if_they_are_as_announced(root, capsys):
    (root / "snippets/t/three.py").write_text("print(3)\n")
    project = read(root)
    sound, faults = part(project, RESULTS, strict=True)
    assert list(sound) == ["t/one"]
    assert [fault.kind for fault in faults] == ["other-exception", "died"]
    assert capsys.readouterr().err == ""
    # On another torch an exception is news; that a process died is none.
    sound, faults = part(project, RESULTS, strict=False)
    assert list(sound) == ["t/one", "t/two"]
    assert [fault.kind for fault in faults] == ["died"]
    assert capsys.readouterr().err.startswith("note: snippets/t/two.py:4: announces")


def test_a_program_that_prints_nothing_is_sound_on_another_torch_only(root, capsys):
    project = read(root)
    sound, [fault] = part(project, {"t/one": SILENT}, strict=True)
    assert (sound, fault.kind) == ({}, "prints-nothing")
    assert part(project, {"t/one": SILENT}, strict=False) == ({"t/one": SILENT}, [])
    assert capsys.readouterr().err == ""


def test_fences_judge_a_run_and_not_what_is_missing(root):
    for code in ("ja", "en"):
        file = root / f"docs/{code}/a.md"
        file.write_text(file.read_text().replace('"on"', '"on" graph="y"'))
        file = root / f"docs/{code}/b.md"
        file.write_text(file.read_text().replace("t/two", "t/gone"))
    project = read(root)
    run = Run(project, ENVIRONMENT, {"t/one": RESULTS["t/one"]})
    assert {fault.kind for fault in judge(run)} == {"no-figure"}
    assert {fault.path for fault in judge(run)} == {"docs/ja/a.md", "docs/en/a.md"}
    assert judge(replace(run, results={})) == []


def test_the_report_names_each_fault_once_and_the_pages_that_show_it(root):
    fault = Fault("snippets/t/one.py", 1, "died", "it died", "look")
    other = Fault("docs/ja/a.md", 3, "no-id", "no id", "")
    assert report([fault, other, fault], read(root)).splitlines() == [
        "docs/ja/a.md:3: no id [no-id]",
        "snippets/t/one.py:1: it died [died]",
        "    -> look",
        "    shown on docs/ja/a.md:6, docs/en/a.md:6",
        "2 problems.",
    ]
    assert report([other], read(root)).endswith("\n1 problem.")
