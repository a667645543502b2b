"""What a program's text announces, and what it may not say."""

from __future__ import annotations

import pytest

from sitebuild.faults import UnreadableError
from sitebuild.programs.snippet import parse, read_all


def wrong(source: str):
    with pytest.raises(UnreadableError) as caught:
        parse("t/x", "snippets/t/x.py", source)
    return caught.value.fault


# (program, line, kind)
WRONG = [
    ("", 1, "no-statement"),
    ("# a comment\n", 1, "no-statement"),
    ("'''A docstring.'''\n", 1, "no-statement"),
    ("'''A docstring.'''\npass\n...\n", 1, "no-statement"),
    ("print(1\n", 1, "syntax-error"),
    ("import sitebuild\n", 1, "imports-sitebuild"),
    ("x = 1\nfrom sitebuild.run import runner\n", 2, "imports-sitebuild"),
    ("def f():\n    import os, sitebuild.run\n", 2, "imports-sitebuild"),
    ("x = 1\n# %% a\nx\n", 2, "before-section"),
    ("# %% a\nx = 1\n# %% b\n# %% a\nx\n", 4, "same-section"),
    ("a()  # raises A\nb()  # raises B\n", 2, "second-exception"),
    ("a()  # raises A\nprint(1)\n", 2, "after-exception"),
    ("if a:\n    b()  # raises A\n    c()\n", 3, "after-exception"),
    ("if a:\n    pass\nelse:\n    b()  # raises A\nc()\n", 5, "after-exception"),
    ("with a:\n    with b:\n        c()  # raises A\nd()\n", 4, "after-exception"),
    ("try:\n    a()  # raises A\n    b()\nfinally:\n    c()\n", 3, "after-exception"),
    ("for a in b:\n    c()  # raises A\nd()\n", 3, "after-exception"),
    ("a(\n    b,\n    c,  # raises A\n)\nd()\n", 5, "after-exception"),
    (
        "@a\n@b  # raises A\ndef f(): pass\n\n\n@c\nclass D: pass\n",
        6,
        "after-exception",
    ),
    ("# needs: tpu\nx = 1\n", 1, "unknown-need"),
    ("# time limit: 9 s\nx = 1\n", 1, "limit-without-reason"),
    ("x = 1\n# needs: cuda\n", 2, "late-comment"),
    ("x = 1\n# time limit: 9 s (why)\n", 2, "late-comment"),
    ("perfplot.bench()\n", 1, "measurement-not-kept"),
]


@pytest.mark.parametrize(("source", "line", "kind"), WRONG)
def test_a_program_that_misleads_is_refused(source, line, kind):
    found = wrong(source)
    assert (found.path, found.line, found.kind) == ("snippets/t/x.py", line, kind)
    assert found.message
    assert found.advice


SOUND = [
    "a()\nb()  # raises A\n",
    "a(\n    b,  # raises A\n    c,\n)\n",
    "for a in b:\n    c()  # raises A\n    d()\n",
    "while a:\n    b()  # raises A\n    c()\n",
    "try:\n    a()  # raises A\nfinally:\n    b()\n",
    "def f():\n    a()  # raises A\n    b()\n\n\nf()\n",
    "with a:\n    b()  # raises A\n\n# the end\n",
]


@pytest.mark.parametrize("source", SOUND)
def test_an_announced_exception_may_stand_last(source):
    assert parse("t/x", "snippets/t/x.py", source).raises


def test_a_program_is_read_with_all_that_it_announces():
    found = parse(
        "t/x",
        "snippets/t/x.py",
        "# %% a\n# needs: cuda\n# time limit: 60 s (slow)\nx = 1\n# %% b\ny()  # raises A\n",
    )
    assert [(s.name, s.first, s.last) for s in found.sections] == [
        ("a", 1, 4),
        ("b", 5, 6),
    ]
    assert (found.raises, found.needs_cuda, found.time_limit) == (("A", 6), True, 60.0)
    assert found.filename == "x.py"
    assert found.lines(5, 6) == "# %% b\ny()  # raises A"
    assert found.section("b").first == 5
    with pytest.raises(KeyError):
        found.section("c")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "snippets/t").mkdir(parents=True)
    return tmp_path / "snippets/t"


# (text, line, what is said)
ODD = [
    (b"\xef\xbb\xbfx = 1\n", 1, "a byte order mark (U+FEFF) at column 1"),
    (b"if x:\n\ty = 1\n", 2, "a tab at column 1"),
    (b"x = 1\ny = 'a\tb'\n", 2, "a tab at column 7"),
    (b"x = 1\n\x0cy = 2\n", 2, "the control character U+000C at column 1"),
    ("x = '\u2028'\n".encode(), 1, "the control character U+2028 at column 6"),
    (b"x = 1\n# \xff\n", 2, "not UTF-8: invalid start byte"),
]


@pytest.mark.parametrize(("text", "line", "message"), ODD)
def test_an_odd_character_is_named_with_its_place(folder, text, line, message):
    (folder / "x.py").write_bytes(text)
    known, [found] = read_all(folder.parents[1])
    assert known == {}
    assert (found.path, found.line) == ("snippets/t/x.py", line)
    assert found.message == message


def test_windows_ends_of_lines_change_nothing(folder):
    (folder / "x.py").write_bytes(b"x = 1\r\nprint(x)\r\n")
    known, faults = read_all(folder.parents[1])
    assert faults == []
    assert known["t/x"].source == "x = 1\nprint(x)\n"


@pytest.mark.parametrize(
    "name", ["Detach.py", "a-b.py", "a b.py", "../x.py", "../a-b/x.py"]
)
def test_a_name_that_breaks_elsewhere_is_refused(folder, name):
    (folder / "detach.py").write_text("print(1)\n")
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("print(1)\n")
    known, [found] = read_all(folder.parents[1])
    assert set(known) == {"t/detach"}
    assert found.kind == "bad-name"


def test_what_is_no_file_is_named(folder):
    (folder / "folder.py").mkdir()
    (folder / "nowhere.py").symlink_to("gone")
    (folder / "loop.py").symlink_to("loop.py")
    known, faults = read_all(folder.parents[1])
    assert known == {}
    assert {(f.path, f.line, f.kind) for f in faults} == {
        (f"snippets/t/{name}.py", 1, "unreadable")
        for name in ("folder", "nowhere", "loop")
    }
