"""How pages, snippets and recordings are read, where reading can go wrong."""

from __future__ import annotations

import json
import re

import pytest

from sitebuild import pages, recordings
from sitebuild.pages import Call
from sitebuild.run import Result
from sitebuild.snippets import SnippetError, parse, read_all

FENCE = '```python exec="on"\nshow("t/a")\n```\n'


@pytest.fixture
def read(tmp_path):
    """A function: the outline of a page with this text."""

    def outline(text: str, name: str = "page.md") -> pages.Page:
        for language in pages.LANGUAGES:
            (tmp_path / "docs" / language).mkdir(parents=True, exist_ok=True)
            (tmp_path / "docs" / language / name).write_text(text, encoding="utf-8")
        return pages.read_pages(tmp_path)["ja"][name]

    return outline


# --- pages ------------------------------------------------------------------


def test_headings_links_and_calls_come_with_their_lines(read):
    page = read(
        f"# `A` b {{ #a }}\n\n[x](y.md#z) [`w`](v.md)\n\n{FENCE}\n## C {{ #c-2 }}\n"
    )
    assert page.path == "docs/ja/page.md"
    assert page.title == "A b"
    assert page.headings == [(1, (1, "a")), (9, (2, "c-2"))]
    assert page.links == [(3, "y.md#z"), (3, "v.md")]
    assert page.calls == [(5, Call("show", "t/a"))]
    assert page.problems == []


def test_front_matter_counts_as_lines_and_is_not_read(read):
    page = read("---\n# no heading\ndescription: '[x](no.md)'\n---\n# A { #a }\n")
    assert page.headings == [(5, (1, "a"))]
    assert page.links == []


@pytest.mark.parametrize("mark", ["```", "````", "~~~"])
def test_what_is_code_is_no_heading_and_no_link(read, mark):
    text = (
        f"# A {{ #a }}\n\n{mark}python\n# a comment\n[x](y.md)\n{mark}\n\n[z](z.md)\n"
    )
    page = read(text)
    assert page.headings == [(1, (1, "a"))]
    assert page.links == [(8, "z.md")]
    assert page.problems == []


def test_a_link_in_inline_code_is_no_link(read):
    page = read("`[x](y.md)` and ``[`x`](y.md)`` and [`a[0](1)`](z.md)\n")
    assert page.links == [(1, "z.md")]


def test_an_image_is_no_link_and_a_reference_is_one(read):
    page = read("![x](y.png) [a][b]\n\n[b]: c.md\n[^1]: a footnote\n")
    assert page.links == [(3, "c.md")]


def test_a_fence_in_a_longer_fence_is_text(read):
    page = read(f"````markdown\n{FENCE}````\n\n{FENCE}")
    assert page.calls == [(7, Call("show", "t/a"))]


@pytest.mark.parametrize("mark", ["````", "~~~"])
def test_another_mark_does_not_close_a_fence(read, mark):
    """A shorter one does not, one of the other kind does not, a longer one does."""
    page = read(f"{mark}python\n```\n# a comment\n{mark}{mark[0]}\n# A {{ #a }}\n")
    assert page.headings == [(5, (1, "a"))]
    assert page.problems == []


def test_a_fence_in_an_admonition_or_a_list_is_found(read):
    page = read('!!! note\n\n    ```python exec="on"\n    show("t/a")\n    ```\n')
    assert page.calls == [(3, Call("show", "t/a"))]


def test_a_fence_without_exec_calls_nothing(read):
    assert read('```python\nshow("t/a")\n```\n').calls == []


def test_a_table_and_a_rule_make_no_heading(read):
    page = read("# A { #a }\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n---\n\ntext\n")
    assert page.headings == [(1, (1, "a"))]
    assert page.problems == []


def test_in_a_notebook_the_id_of_a_cell_is_that_of_its_heading(read):
    cells = [
        {"cell_type": "markdown", "id": "top", "source": ["# A\n", "[x](y.md)"]},
        {"cell_type": "code", "id": "one", "source": ["# not a heading\n", "x = 1"]},
        {"cell_type": "markdown", "id": "more", "source": ["## B"]},
    ]
    page = read(json.dumps({"cells": cells}), "page.ipynb")
    assert page.headings == [(1, (1, "top")), (3, (2, "more"))]
    assert page.links == [(1, "y.md")]
    assert page.cells == [(2, "# not a heading\nx = 1")]
    assert page.problems == []


def test_a_notebook_is_one_snippet_with_its_code_cells_as_sections(read, tmp_path):
    cells = [
        {"cell_type": "code", "id": "one", "source": ["x = 1\n", "print(x)"]},
        {"cell_type": "markdown", "id": "text", "source": ["text"]},
        {"cell_type": "code", "id": "two", "source": ["print(x)"]},
    ]
    read(json.dumps({"cells": cells}), "page.ipynb")
    found, problems = pages.notebook_snippets(tmp_path, pages.read_pages(tmp_path))
    assert problems == []
    snippet = found["notebooks/page"]
    assert snippet.source == "# %% one\nx = 1\nprint(x)\n# %% two\nprint(x)"
    assert [section.name for section in snippet.sections] == ["one", "two"]


@pytest.mark.parametrize(
    "call",
    [
        Call("show", "detach/x"),
        Call("show", "detach/x", "part-1"),
        Call("versions", "a/b"),
        Call("benchmark", "a/b"),
    ],
)
def test_a_call_is_read_as_it_is_written(call):
    assert pages.parse_call(f"\n{call}\n") == call


@pytest.mark.parametrize(
    "code",
    [
        "",
        "show",
        "show()",
        'show("a", "b")',
        'show("a")\nshow("b")',
        'x = show("a")',
        "show(1)",
        'show(["a"])',
        "show({[]: 1})",
        "show(name)",
        'show(f"a")',
        'show("a", section=1)',
        'show("a", section=["b"])',
        'show("a", part="b")',
        'show("a", **{})',
        'versions("a", section="b")',
        'benchmark("a", section="b")',
        'print("a")',
        'pages.show("a")',
        '__import__("os").system("true")',
        "show(",
    ],
)
def test_nothing_else_is_a_call(code):
    with pytest.raises(ValueError, match="write `show"):
        pages.parse_call(code)


def test_the_places_that_show_a_snippet(read, tmp_path):
    read(f"# A {{ #a }}\n\n{FENCE}\n{FENCE}")
    assert pages.shown_on(pages.read_pages(tmp_path)) == {
        "t/a": [
            f"docs/{lang}/page.md:{line}" for lang in ("ja", "en") for line in (3, 7)
        ]
    }


# --- snippets ---------------------------------------------------------------


def snippet(source: str):
    return parse("t/a", "snippets/t/a.py", source)


def refused(source: str) -> str:
    with pytest.raises(SnippetError) as caught:
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
        ("# %% a\nx = 1\n# %% a\n", 1, "two sections have one name", "rename one"),
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
        (tmp_path / "snippets").mkdir(exist_ok=True)
        (tmp_path / "snippets" / f"{name}.py").write_bytes(source)
    found, problems = read_all(tmp_path)
    assert problems == []
    assert found["lf"].digest == found["crlf"].digest


# --- recordings -------------------------------------------------------------

ENVIRONMENT = {
    "torch": "2.9.1+cpu",
    "python": "3.11.7",
    "numpy": "2.3.0",
    "cuda": False,
    "device": "CPU",
    "platform": "Linux x86_64",
}
SECTIONS = snippet("# %% one\nprint(1)\n# %% two\n# %% three\nprint(3)\n")


def record(root, outputs, of=SECTIONS, environment=ENVIRONMENT):
    return recordings.write(root, environment, [of], {of.name: Result("end", outputs)})


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
    [found] = recordings.read_recordings(tmp_path)
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
    [found] = recordings.read_recordings(tmp_path)
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
    [found] = recordings.read_recordings(tmp_path)
    assert found.outputs(snippet(SECTIONS.source + "# a comment\n")) is None
    assert found.outputs(parse("t/other", "snippets/t/other.py", "x = 1\n")) is None


def test_what_no_snippet_stands_behind_is_removed(tmp_path):
    outputs = {"one": "1\n", "two": "", "three": ""}
    record(tmp_path, outputs)
    other = parse("t/b", "snippets/t/b.py", SECTIONS.source)
    record(tmp_path, outputs, other)
    [found] = recordings.read_recordings(tmp_path)
    assert found.outputs(SECTIONS) is None
    assert [path.name for path in found.root.rglob("*.txt")] == ["b.txt"]


def test_recordings_come_with_the_oldest_torch_first(tmp_path):
    for version, cuda in (("2.13.0+cpu", False), ("2.9.1", False), ("2.9.1", True)):
        environment = {**ENVIRONMENT, "torch": version, "cuda": cuda}
        record(tmp_path, {"one": "", "two": "", "three": ""}, environment=environment)
    names = [found.name for found in recordings.read_recordings(tmp_path)]
    assert names == ["torch-2.9.1-cpu", "torch-2.9.1-cuda", "torch-2.13.0-cpu"]
