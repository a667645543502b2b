"""The menus of all languages list the same pages in the same order."""

from __future__ import annotations

from sitebuild.maker.nav import unequal
from sitebuild.words import Language, Words
from tests.conftest import ROOT

LANGUAGES = {
    "ja": Language("ja", "日本語", "mkdocs.yml", Words({})),
    "en": Language("en", "English", "mkdocs.en.yml", Words({})),
}
JA = """\
nav:
  - home: index.md
  - a.md
  - more:
      - b.md
      - c.md
"""


def said(root, japanese, english):
    (root / "mkdocs.yml").write_text(japanese)
    (root / "mkdocs.en.yml").write_text(f"INHERIT: mkdocs.yml\n{english}")
    return [(f.path, f.line, f.message) for f in unequal(root, LANGUAGES)]


def test_the_menus_of_this_site_agree(project):
    assert list(unequal(ROOT, project.languages)) == []


def test_titles_may_differ_and_pages_may_not(tmp_path):
    english = JA.replace("more", "other").replace("home: ", "")
    assert said(tmp_path, JA, english) == []
    assert said(tmp_path, JA, "") == []  # inherited
    swapped = JA.replace("b.md", "?").replace("c.md", "b.md").replace("?", "c.md")
    assert said(tmp_path, JA, swapped) == [
        ("mkdocs.en.yml", 6, "page 3 of `nav` is c.md, and not so in mkdocs.yml")
    ]


def test_a_page_is_listed_once(tmp_path):
    twice = f"{JA}  - a.md\n"
    [first, second] = said(tmp_path, twice, twice)
    assert first == ("mkdocs.yml", 7, "`nav` lists a.md twice")
    assert second == ("mkdocs.en.yml", 8, "`nav` lists a.md twice")
    assert said(tmp_path, twice, "")[1][:2] == ("mkdocs.en.yml", 1)
