"""What is read of a page, and what is wrong with it."""

from __future__ import annotations

import pytest

from sitebuild.pages.call import Call
from sitebuild.pages.outline import Cell, Fence, Heading, Link, address
from tests.engine.pages.conftest import MATTER, kinds, notebook

FENCE = '```python exec="on"\nshow("t/a")\n```\n'
SHOWN = Call("show", "t/a")


def lines(found):
    return [entry.line for entry in found]


# --- what is read -----------------------------------------------------------


def test_headings_links_and_fences_come_with_their_lines(read):
    page = read(
        f"{MATTER}# `A` b {{ #a }}\n\n[x](y.md#z) [`w`](v.md)\n\n{FENCE}\n"
        "## C { #c-2 }\n"
    )
    assert (page.path, page.slug, page.language) == ("docs/ja/page.md", "page.md", "ja")
    assert (page.title, page.description) == ("A b", "What it is about.")
    assert page.headings == [Heading(4, 1, "a", "`A` b"), Heading(12, 2, "c-2", "C")]
    assert page.links == [Link(6, "y.md#z"), Link(6, "v.md")]
    assert page.fences == [Fence(8, SHOWN)]
    assert lines(page.links + page.fences) == [6, 6, 8]
    assert page.faults == []


def test_front_matter_holds_no_headings_and_no_links(read):
    page = read("---\ndescription: '[x](no.md) # a'\nhide: [toc]\n---\n# A { #a }\n")
    assert page.description == "[x](no.md) # a"
    assert lines(page.headings) == [5]
    assert page.links == []
    assert page.faults == []


@pytest.mark.parametrize("mark", ["```", "````", "~~~"])
def test_what_is_code_is_no_heading_and_no_link(read, mark):
    page = read(f"# A {{ #a }}\n\n{mark}x\n# B\n[x](y.md)\n{mark}\n\n[z](z.md)\n")
    assert lines(page.headings) == [1]
    assert page.links == [Link(8, "z.md")]


@pytest.mark.parametrize("mark", ["````", "~~~"])
def test_another_mark_does_not_close_a_fence(read, mark):
    """A shorter one does not, one of the other kind does not, a longer one does."""
    page = read(f"{mark}x\n```\n# B\n{mark} x\n{mark}{mark[0]}\n# A {{ #a }}\n")
    assert lines(page.headings) == [6]


def test_a_link_in_inline_code_is_no_link(read):
    page = read("`[x](y.md)` and ``[`x`](y.md)`` and [`a[0](1)`](z.md)\n")
    assert page.links == [Link(1, "z.md")]


def test_an_image_is_no_link_and_a_reference_is_one(read):
    page = read('![x](y.png "z") [a][b]\n\n[b]: c.md\n[^1]: a footnote\n')
    assert page.links == [Link(3, "c.md")]
    assert page.images == [Link(1, "y.png")]


def test_a_table_a_rule_and_a_list_are_plain_text(read):
    page = read(
        f"{MATTER}# A {{ #a }}\n\n| x | y |\n|---|---|\n| `<b>` | <https://b.c> |\n\n"
        "---\n\n- text\n\n    in the list, a < b > c\n\n!!! note\n\n    indented\n"
    )
    assert lines(page.headings) == [4]
    assert page.faults == []


def test_a_fence_that_is_wrong_is_no_fence_of_the_page(read):
    assert read(f"````markdown\n{FENCE}````\n").fences == []
    assert read('```python\nshow("t/a")\n```\n').fences == []


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("index.md", ""),
        ("a.md", "a/"),
        ("a/index.md", "a/"),
        ("a/b.ipynb", "a/b/"),
        ("a.b.md", "a.b/"),
    ],
)
def test_the_address_of_a_page(slug, expected):
    assert address(slug) == expected


# --- notebooks --------------------------------------------------------------


def test_in_a_notebook_the_id_of_a_cell_is_that_of_its_heading(read):
    page = read(
        notebook(
            ("markdown", "top", "# A\n[x](y.md) ![z](z.png)"),
            ("code", "one", "# not a heading\nx = 1"),
            ("markdown", "more", "## B"),
        ),
        "page.ipynb",
    )
    assert page.title == "A"
    assert page.headings == [Heading(1, 1, "top", "A"), Heading(3, 2, "more", "B")]
    assert page.links == [Link(1, "y.md")]
    assert page.images == [Link(1, "z.png")]
    assert page.cells == [Cell(2, "# not a heading\nx = 1")]
    assert page.faults == []


def test_what_is_wrong_with_a_notebook_is_named_by_the_number_of_the_cell(read):
    cells = [
        ("markdown", "top", "# A\n\n## B\n\n```\n1\n```"),
        ("code", "one", "x = 1\nx"),
        ("code", "two", "x.backward()"),
        ("code", "12345678", "pass"),
        ("code", "Five", "# nothing"),
        ("raw", "raw", "text"),
        ("code", "syntax", "x = = 1"),  # which is reported with the program
        ("code", "cafe-babe", "print(1)"),
    ]
    page = read(notebook(*cells), "page.ipynb")
    assert kinds(page.faults) == [
        (1, "not-run"),
        (1, "same-id"),  # of two headings in one cell
        (2, "unshown-value"),
        (4, "bad-cell-id"),
        (5, "bad-cell-id"),
        (6, "raw-cell"),
    ]
    messages = {(fault.line, fault.kind): fault.message for fault in page.faults}
    assert "the cell 'top', line 5: " in messages[1, "not-run"]
    assert "the code cell 'one' ends" in messages[2, "unshown-value"]
    assert "the id 'Five' of cell 5 is no name" in messages[5, "bad-cell-id"]


# --- what is wrong ----------------------------------------------------------

# Each line with what is found there; a page of its own is not needed for each.
WRONG = [
    ("# A { #a }", ""),
    ("## Without an id", "no-id"),
    ("## Twice { #a }", "same-id"),
    ("# A second { #second }", "second-title"),
    ("### Deep { #deep }", "skipped-level"),
    ("##Close { #close }", "heading-without-space"),
    ("#1 is the first", "heading-without-space"),
    ("", ""),
    ("Underlined", ""),
    ("----------", "underlined-heading"),
    ("", ""),
    ("<div>", "raw-html"),
    ("text</b>", "raw-html"),
    ("<script>fetch('HTTPS://x.y')</script>", "raw-html"),
    ('<img srcset="a.png 2x">', "raw-html"),
    ("<video src=x.mp4>", "raw-html"),
    ("<!-- hidden", "raw-html"),
    ("grad_fn=<CopySlices>", "raw-html"),
    ("<<<<<<< HEAD", "merge-conflict"),
    (">>>>>>> main", "merge-conflict"),
    ("", ""),
    ("    tensor([1.])", "not-run"),
    ("", ""),
    ("text", ""),
    ("    that goes on", ""),
]


def test_what_is_wrong_with_a_line_is_found(read):
    page = read(MATTER + "\n".join(line for line, _ in WRONG) + "\n")
    assert kinds(page.faults) == [
        (number, kind) for number, (_, kind) in enumerate(WRONG, 4) if kind
    ]
    assert all(fault.advice for fault in page.faults)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ('python exec="on"', ""),
        ('python exec="on" graph=\'y\' storage="x y"', ""),
        ('py exec="on"', "not-run"),
        ('Python exec="on"', "not-run"),
        ('python\u3000exec="on"', "not-run"),
        ('python exec="on"\u3000', "not-run"),
        ("python exec=on", "not-run"),
        ('python exec="off"', "not-run"),
        ('python exec="on" graph=y', "not-run"),
        ("python", "not-run"),
        ("text", "not-run"),
        ("pytb", "not-run"),
        ("", "not-run"),
        ('python exec="on" graph="x" graph="y"', "unknown-call"),
        ('python exec="on" grahp="x"', "unknown-call"),
    ],
)
def test_a_block_is_run_or_it_is_a_fault(read, header, kind):
    """What looks like code or output on a page comes from a run: the promise."""
    page = read(f'{MATTER}# A {{ #a }}\n\n```{header}\nshow("t/a")\n```\n')
    assert [fault.kind for fault in page.faults] == [kind] * bool(kind)
    assert page.fences == ([] if kind else page.fences[:1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"text\n{FENCE}", [(7, "misplaced-fence")]),
        (f"\n{FENCE}text\n", [(10, "misplaced-fence")]),
        (f"\n{FENCE}{FENCE}", [(10, "misplaced-fence")]),
        ("- text\n\n  " + FENCE.replace("\n", "\n  "), [(8, "misplaced-fence")]),
        ("\n> " + FENCE.replace("\n", "\n> ", 2), [(7, "misplaced-fence")]),
        (f"\n{FENCE}\ntext\n\n{FENCE}", []),
        ('\n```python exec="on"\nimport torch\n```\n', [(8, "unknown-call")]),
        ("\n```python exec='on'", [(7, "open-fence")]),
        ("\n```\ntext\n", [(7, "open-fence")]),
    ],
)
def test_where_a_fence_stands(read, text, expected):
    page = read(f"{MATTER}# A {{ #a }}\n\n{text}")
    assert kinds(page.faults) == expected


def test_a_call_that_is_none_is_quoted_with_its_figures(read):
    page = read('```python exec="on" graph="y"\nprint(y)\n```\n')
    [fault] = [fault for fault in page.faults if fault.kind == "unknown-call"]
    assert "cannot hold 'print(y) graph=\"y\"'" in fault.message
    assert fault.advice.startswith('write `show("topic/name")` or')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "no-description")]),
        ("---\n---\n", [(1, "no-description")]),
        ("---\ndescription:\n---\n", [(1, "no-description")]),
        ('---\ndescription: ""\n---\n', [(1, "no-description")]),
        ("---\ndescripton: x\n---\n", [(1, "no-description"), (2, "front-matter")]),
        ("---\ndescription: a: b\n---\n", [(2, "front-matter")]),
        ("---\ndescription: x\nsearch: { boost: 0.5 }\n---\n", []),
        ('---\ndescription: "a: b"\n---\n', []),
        ("---\ndescription: x\n", [(1, "front-matter")]),
    ],
)
def test_the_front_matter_of_a_page(read, text, expected):
    assert kinds(read(text + "\n# A { #a }\n").faults) == expected


def test_a_page_without_a_heading_has_no_title(read):
    assert kinds(read(MATTER + "text\n").faults) == [(1, "no-title")]
    assert kinds(read(MATTER + "## A { #a }\n").faults) == [(4, "skipped-level")]


def test_what_cannot_be_read_is_named_and_the_others_are_read(
    write, read_all, tmp_path
):
    folder = tmp_path / "docs/ja"
    write("a.md", "# A { #a }\n")
    write("windows.md", b"# A\n\n\x93\xfa\x96{\n", ["ja"])
    write("utf-16.md", "# A\n".encode("utf-16"), ["ja"])
    write("bom.md", b"\xef\xbb\xbf# A\n", ["ja"])
    write("conflict.ipynb", "{\n<<<<<<< HEAD\n", ["ja"])
    write("list.ipynb", "[]", ["ja"])
    write(".ipynb_checkpoints/b-checkpoint.ipynb", "{}", ["ja"])
    (folder / "folder.md").mkdir()
    (folder / "dangling.md").symlink_to("nowhere")
    (folder / "loop.md").symlink_to("loop.md")
    pages, faults = read_all()
    assert {code: list(by_slug) for code, by_slug in pages.items()} == {
        "ja": ["a.md"],
        "en": ["a.md"],
    }
    assert {fault.path.removeprefix("docs/ja/"): fault.line for fault in faults} == {
        "windows.md": 3,
        "utf-16.md": 1,
        "bom.md": 1,
        "conflict.ipynb": 2,
        "list.ipynb": 1,
        "folder.md": 1,
        "dangling.md": 1,
        "loop.md": 1,
    }
    assert {fault.kind for fault in faults} == {
        "not-utf8",
        "odd-character",
        "unreadable",
    }
    assert max(len(fault.message) for fault in faults) < 200  # no bytes on the screen
    assert all(fault.advice for fault in faults)
