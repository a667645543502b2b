"""What pages have to have in common, and what they may not."""

from __future__ import annotations

from sitebuild.pages.together import compare, dead_links, same_pages
from tests.engine.pages.conftest import MATTER, kinds, notebook

JA = """\
# A { #a }

## B { #b }

[x](y.md)
"""


def test_pages_that_agree_have_no_fault(write, read_all):
    write("a.md", JA)
    write("a.md", JA.replace("\n\n", "\n\nMore text.\n\n", 1), ["en"])
    assert list(compare(read_all()[0])) == []


def test_the_first_difference_of_each_kind_is_named(write, read_all):
    fence = '\n```python exec="on"\nshow("t/{}")\n```\n'
    write("a.md", JA + fence.format("a") + "\n## C { #c }\n", ["ja"])
    english = JA.replace("## B", "### B").replace("y.md", "z.md")
    write("a.md", english + fence.format("b"), ["en"])
    write("b.md", JA, ["ja"])
    write("b.md", "# A { #a }\n", ["en"])
    write("n.ipynb", notebook(("code", "x", "x = 1\nx / 0")), ["ja"])
    write("n.ipynb", notebook(("code", "x", "y = 2\ny / 0")), ["en"])
    faults = list(compare(read_all()[0]))
    assert [(f.path.removeprefix("docs/en/"), f.line, f.kind) for f in faults] == [
        ("a.md", 3, "unequal-headings"),
        ("a.md", 7, "unequal-snippets"),
        ("a.md", 5, "unequal-links"),
        ("b.md", 1, "unequal-headings"),
        ("b.md", 1, "unequal-links"),
        ("n.ipynb", 1, "unequal-cells"),
    ]
    messages = [fault.message for fault in faults]
    assert messages[0] == (
        "heading 2 is ### ... { #b } here and ## ... { #b } in docs/ja/a.md"
    )
    assert (
        messages[1] == 'snippet 1 is show("t/b") here and show("t/a") in docs/ja/a.md'
    )
    assert messages[4] == "link 1 is nothing more here and y.md in docs/ja/b.md"
    assert messages[5].startswith("code cell 1 is 'y = 2\\ny / 0' here and ")
    advice = "give both languages the same headings in the same order"
    assert faults[0].advice == advice


def test_a_long_difference_is_cut(write, read_all):
    write("n.ipynb", notebook(("code", "x", "x = 1\n" * 100)), ["ja"])
    write("n.ipynb", notebook(("code", "x", "y = 1\n" * 100)), ["en"])
    [fault] = compare(read_all()[0])
    assert len(fault.message) < 250


def test_a_page_that_a_language_lacks_is_named_in_the_other(write, read_all):
    write("a.md", JA, ["ja"])
    write("b.md", JA, ["en"])
    pages, _ = read_all()
    assert [(fault.path, fault.kind) for fault in compare(pages)] == [
        ("docs/ja/a.md", "missing-page"),
        ("docs/en/b.md", "missing-page"),
    ]
    assert "write docs/en/a.md, with" in next(compare(pages)).advice
    unread = ["docs/en/a.md", "docs/ja/b.md"]
    assert list(compare(pages, unread)) == []


def test_without_languages_there_is_nothing_to_compare():
    assert list(compare({})) == []


def test_links_and_images_that_lead_nowhere_are_named(write, read_all, tmp_path):
    write("b.md", JA, ["ja"])
    write("folder/c.md", JA, ["ja"])
    write("picture.png", "", ["ja"])
    targets = {
        "b.md": "",
        "b.md#anchor": "",
        "#anchor": "",
        "folder/c.md": "",
        "picture.png": "",
        "https://pytorch.org": "",
        "HTTPS://pytorch.org": "",
        "mailto:a@b.c": "",
        "gone.md": "dead-link",
        "b": "dead-link",
        "b/": "dead-link",
        "/b.md": "dead-link",
        "/etc/hostname": "dead-link",
        "../en/b.md": "dead-link",
        "../../words/ja.toml": "dead-link",
        "folder": "dead-link",
        "gone.png": "dead-link",
    }
    images = {
        "picture.png": "",
        "gone.png": "dead-link",
        "HTTPS://x.y/z.png": "outside-resource",
        "//x.y/z.png": "outside-resource",
    }
    (tmp_path / "words").mkdir()
    (tmp_path / "words/ja.toml").touch()
    lines = [f"[x]({target})" for target in targets]
    lines += [f"![x]({target})" for target in images]
    write("a.md", "\n".join(lines), ["ja"])
    pages = read_all()[0]["ja"]
    found = kinds(f for f in dead_links(tmp_path, pages) if f.path == "docs/ja/a.md")
    expected = [*targets.values(), *images.values()]
    assert found == [(n, kind) for n, kind in enumerate(expected, 1) if kind]
    unread = {"docs/ja/gone.md"}
    found = kinds(dead_links(tmp_path, {"a.md": pages["a.md"]}, unread))
    assert (9, "dead-link") not in found


def test_a_link_starts_at_the_folder_of_its_page(write, read_all, tmp_path):
    write("b.md", "# B { #b }\n", ["ja"])
    write("folder/c.md", "[x](../b.md) [y](b.md)\n", ["ja"])
    [fault] = dead_links(tmp_path, read_all()[0]["ja"])
    assert (fault.path, fault.line) == ("docs/ja/folder/c.md", 1)
    assert fault.message.endswith(": b.md")


def test_two_pages_share_no_address_and_no_description(write, read_all):
    write("a.md", MATTER, ["ja"])
    write("a/index.md", "", ["ja"])
    write("b.md", MATTER, ["ja"])
    write("c.md", "", ["ja"])
    write("index.md", MATTER.replace("What", "Where"), ["ja"])
    faults = list(same_pages(read_all()[0]["ja"]))
    assert [(fault.path, fault.kind) for fault in faults] == [
        ("docs/ja/a.md", "same-address"),
        ("docs/ja/b.md", "same-description"),
    ]
    assert "the address of docs/ja/a/index.md: /a/" in faults[0].message
    assert "docs/ja/a.md" in faults[1].message
