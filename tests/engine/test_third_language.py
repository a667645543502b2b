"""A language is a file of words, a configuration and a folder of pages: no code."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from tests.conftest import ROOT, copy_project, sitebuild
from tests.engine.maker.conftest import PAGE, SHOW, write

_TEXT = re.compile(r'(?m)^((?:[\w-]+|"[^"]*") = ")(.*)"$')


def in_esperanto(words: str) -> str:
    """Words that will do: the English ones, each text with a mark before it."""
    words = _TEXT.sub(r'\1eo: \2"', words)
    for key, value in (("config", "mkdocs.eo.yml"), ("name", "Esperanto")):
        words = re.sub(rf'(?m)^{key} = ".*"$', f'{key} = "{value}"', words, count=1)
    return words


def test_a_third_language_needs_no_code(tmp_path):
    root = copy_project(tmp_path / "project")
    words = (root / "words/en.toml").read_text(encoding="utf-8")
    write(root, "words/eo.toml", in_esperanto(words))
    config = (root / "mkdocs.en.yml").read_text(encoding="utf-8")
    for old in ("docs/en", "site/en", "language: en"):
        assert old in config
        config = config.replace(old, old.removesuffix("en") + "eo")
    write(root, "mkdocs.eo.yml", config)
    for language in ("ja", "en", "eo"):
        home = PAGE.format(title="Home", text="[B](b.md#more)")
        page = PAGE.format(title="B", text=f"{SHOW}\n## More {{ #more }}\n")
        write(root, f"docs/{language}/index.md", home)
        write(root, f"docs/{language}/b.md", page)
    write(root, "snippets/t/first.py", "print(1 + 1)\n")
    done = sitebuild(root, "build", "--no-measure")
    assert done.returncode == 0, done.stderr
    pages = {
        language: (root / "site" / folder / "b/index.html").read_text(encoding="utf-8")
        for language, folder in (("ja", ""), ("en", "en"), ("eo", "eo"))
    }
    names = {"ja": "日本語", "en": "English", "eo": "Esperanto"}
    for language, html in pages.items():
        assert ("eo: Output" in html) == (language == "eo")
        links = {
            link.attributes["hreflang"]: link.text(strip=True)
            for link in LexborHTMLParser(html).css(".language__link")
        }
        assert links == {lang: names[lang] for lang in names if lang != language}
    assert re.search(r"<samp>2\s*</samp>", pages["eo"])
    assert (root / "site/eo/search/search_index.json").exists()


def test_the_languages_of_this_site_are_known_by_their_files(project):
    assert {f"{code}.toml" for code in project.languages} == {
        file.name for file in (ROOT / "words").glob("*.toml")
    }
