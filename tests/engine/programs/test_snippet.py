"""How a snippet is read, and what it announces."""

from __future__ import annotations

import pytest

from sitebuild.faults import UnreadableError
from sitebuild.programs.snippet import parse, read_all


def snippet(source: str):
    return parse("t/a", "snippets/t/a.py", source)


def refused(source: str) -> str:
    with pytest.raises(UnreadableError) as caught:
        snippet(source)
    return str(caught.value)


def test_a_snippet_without_marks_is_one_section():
    found = snippet("x = 1\nprint(x)\n")
    assert [(s.name, s.first, s.last) for s in found.sections] == [("", 1, 2)]
    assert (found.raises, found.needs_cuda, found.time_limit) == (None, False, 10.0)


def test_sections_cover_every_line_once():
    source = "# %% one\nx = 1\n\n# %% two-2\nprint(x)\n# %% three\n"
    found = snippet(source)
    sections = [(s.name, s.first, s.last) for s in found.sections]
    assert sections == [("one", 1, 3), ("two-2", 4, 5), ("three", 6, 6)]
    assert found.lines(2, 3) == "x = 1"
    assert found.lines(1, 10**6) + "\n" == source


def test_what_a_snippet_announces():
    found = snippet(
        "# needs: cuda\n#time limit: 60 s (big)\nx = 1\ny = x[0]  # raises TypeError\n"
    )
    assert found.needs_cuda
    assert found.time_limit == 60
    assert found.raises == ("TypeError", 4)


@pytest.mark.parametrize(
    "source",
    [
        'x = "# raises TypeError"\n',
        "# raises TypeError, it was said\nx = 1\n",
        "  \nx = 1  # %% one\n",
        'x = """\n  # %% indented\n"""\n',
    ],
)
def test_what_announces_nothing(source):
    found = snippet(source)
    assert [s.name for s in found.sections] == [""]
    assert (found.raises, found.needs_cuda, found.time_limit) == (None, False, 10.0)


@pytest.mark.parametrize(
    ("source", "line", "message", "advice"),
    [
        ("x = 1\ny =\n", 2, "SyntaxError", "correct the program"),
        ("x = '\0'\n", 1, "SyntaxError", "correct the program"),
        ("# nothing\n", 1, "no statement", "write a program"),
        ("x = 1\n# %% one\n", 2, "before the first section", "begin the file with"),
        ("# %% a\nx = 1\n# %% a\n", 3, "a second section has the name 'a'", "rename"),
        ("x  # raises A\ny  # raises B\n", 2, "a second exception", "one snippet for"),
        ("# needs: tpu\nx = 1\n", 1, "cannot give 'tpu'", "write `cuda`"),
        ("# time limit: 9 s\nx = 1\n", 1, "without a reason", "(why)"),
    ],
)
def test_a_snippet_that_is_refused(source, line, message, advice):
    found = refused(source)
    assert found.startswith(f"snippets/t/a.py:{line}: ")
    assert message in found
    assert advice in found.partition("\n    -> ")[2]


def test_only_a_call_of_perfplot_makes_a_benchmark():
    assert snippet("import perfplot\n\ndata = perfplot.bench(x)\n").is_benchmark
    assert not snippet("import perfplot\n").is_benchmark


def test_line_ends_do_not_change_a_snippet(tmp_path):
    """Git may check files out with CRLF; digests must stay those of the others."""
    for name, source in (("lf", b"x = 1\ny = 2\n"), ("crlf", b"x = 1\r\ny = 2\r\n")):
        (tmp_path / "snippets/t").mkdir(parents=True, exist_ok=True)
        (tmp_path / "snippets/t" / f"{name}.py").write_bytes(source)
    found, faults = read_all(tmp_path)
    assert faults == []
    assert found["t/lf"].digest == found["t/crlf"].digest
