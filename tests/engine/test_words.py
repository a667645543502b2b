"""The words that the build adds to pages: how they are read, and that all are used."""

from __future__ import annotations

import re

import pytest

from sitebuild.words import Words, line_of, read_languages
from tests.conftest import ROOT

JA = """\
[language]
name = "日本語"
config = "mkdocs.yml"

[show]
yes = "はい"
"no-output" = "{what} の出力なし"

[matrix.families.cut-copy]  # a comment
name = "写し"
"""
EN = JA.replace("mkdocs.yml", "mkdocs.en.yml").replace("日本語", "English")


@pytest.fixture
def languages(tmp_path):
    """A function: the languages of these files, and what is wrong with them."""

    def read(**texts):
        (tmp_path / "words").mkdir(exist_ok=True)
        for code, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / f"words/{code}.toml").write_bytes(content)
        return read_languages(tmp_path)

    return read


def test_a_language_is_known_by_its_file(languages):
    found, faults = languages(en=EN, ja=JA)
    assert faults == []
    assert list(found) == ["ja", "en"]  # that at the root of the site first
    assert (found["ja"].name, found["ja"].config) == ("日本語", "mkdocs.yml")
    assert (found["ja"].prefix, found["en"].prefix) == ("", "en/")


def test_a_word_is_reached_by_its_key(languages):
    words = languages(ja=JA)[0]["ja"].words
    assert words.show.yes == "はい"
    assert words.show["no-output"] == "{what} の出力なし"
    assert words.matrix.families["cut-copy"].name == "写し"
    assert list(words.show) == ["yes", "no-output"]
    with pytest.raises(AttributeError, match="'gone'"):
        _ = words.show.gone
    with pytest.raises(KeyError, match="gone"):
        _ = words.show["gone"]


def test_a_word_may_be_called_like_a_method_of_a_dict():
    assert Words({"items": "a", "keys": "b"}).items == "a"


@pytest.mark.parametrize(
    ("japanese", "english", "path", "line", "message"),
    [
        (JA + 'own = "x"\n', EN, "words/ja.toml", 11, "words/en.toml has no text for "),
        (JA, EN + 'own = "x"\n', "words/en.toml", 11, "words/ja.toml has no text for "),
        (
            JA,
            EN.replace("{what}", "{that}"),
            "words/en.toml",
            7,
            "'show.no-output' has other placeholders than in words/ja.toml",
        ),
        (JA, EN.replace("{what}", "{}"), "words/en.toml", 7, "'show.no-output' has"),
        (JA, EN.replace("{what}", ""), "words/en.toml", 7, "'show.no-output' has"),
        (JA, EN.replace("t}", "t} {}"), "words/en.toml", 7, "'show.no-output' has"),
    ],
)
def test_a_text_that_not_all_languages_have_is_named(
    languages, japanese, english, path, line, message
):
    found, [fault] = languages(ja=japanese, en=english)
    assert list(found) == ["ja", "en"]
    assert (fault.path, fault.line, fault.kind) == (path, line, "unequal-words")
    assert fault.message.startswith(message)


@pytest.mark.parametrize(
    ("english", "line", "message"),
    [
        (EN + "x = = 1\n", 11, "this is not TOML"),
        (EN + "<<<<<<< HEAD\n", 11, "this is not TOML"),
        (EN + "x = 1\n", 11, "'matrix.families.cut-copy.x' is no text"),
        (EN + 'x = "{"\n', 11, "'matrix.families.cut-copy.x' cannot be filled in"),
        (EN.replace("config", "konfig"), 1, "there is no 'config' in the table"),
        ("", 1, "there is no 'name' in the table"),
        (EN.encode() + b"# \xe9\n", 11, "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_left_out(
    languages, english, line, message
):
    found, [fault] = languages(ja=JA, en=english)
    assert list(found) == ["ja"]
    assert (fault.path, fault.line) == ("words/en.toml", line)
    assert fault.kind == ("not-utf8" if "UTF" in message else "unreadable")
    assert fault.message.startswith(message)
    assert fault.advice


def test_one_language_is_at_the_root(languages):
    found, [fault] = languages(en=EN)
    assert list(found) == ["en"]
    assert (fault.path, fault.kind) == ("words", "unreadable")
    assert "mkdocs.yml" in fault.message
    _, [broken] = languages(ja="x")  # said once: that it is at the root is lost
    assert broken.path == "words/ja.toml"


def test_the_line_of_a_text():
    assert line_of(JA, "show.yes") == 6
    assert line_of(JA, "matrix.families.cut-copy.name") == 10
    assert line_of(JA, "show.name") == 1  # nowhere: the file will do


# --- the files of this project ----------------------------------------------

_CHAIN = re.compile(r"""\bwords((?:\.[A-Za-z_]\w*|\[["'][^"'\]]+["']\])+)""")


def unused() -> list[str]:
    """The texts that no template and no module names.

    Where a whole table is named, because the key stands in a variable, all that
    it holds counts as used.
    """
    sources = [*ROOT.glob("sitebuild/**/*.py"), *ROOT.glob("sitebuild/**/*.jinja")]
    sources += ROOT.glob("overrides/**/*.html")
    chains = {
        tuple(re.findall(r"[\w-]+", chain))
        for file in sources
        for chain in _CHAIN.findall(file.read_text(encoding="utf-8"))
    }

    def walk(table, above):
        for key in table:
            here = (*above, key)
            if here in chains:
                continue
            if isinstance(table[key], Words):
                yield from walk(table[key], here)
            else:
                yield ".".join(here)

    found, _ = read_languages(ROOT)
    first = next(iter(found.values()))
    return [key for key in walk(first.words, ()) if not key.startswith("language.")]


def test_no_text_is_left_that_nothing_shows():
    assert unused() == []


def test_translators_are_told_what_they_need():
    """Who knows no Python reads the comment on top of the file."""
    for file in ROOT.glob("words/*.toml"):
        assert file.read_text(encoding="utf-8").startswith("# "), file
