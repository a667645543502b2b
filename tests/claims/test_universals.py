"""Each universal statement of the pages is covered by a test, or says why not.

A statement with one of the words in `universals/words.toml` holds of all there
is or is false: an example cannot show it. `universals/<page>.toml` says for
each which tests decide it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from tests.claims.test_all_claims import read_claims
from tests.conftest import ROOT

FOLDER = ROOT / "tests/claims/universals"
WORDS = {
    language: re.compile("|".join(patterns), re.IGNORECASE)
    for language, patterns in tomllib.loads(
        (FOLDER / "words.toml").read_text(encoding="utf-8")
    ).items()
}
PAGES = sorted(
    {
        file.relative_to(ROOT / "docs" / language).with_suffix("").as_posix()
        for language in WORDS
        for kind in ("md", "ipynb")
        for file in (ROOT / "docs" / language).rglob(f"*.{kind}")
    }
)
_HEADING = re.compile(r"#+ (.*?)\s*\{[^}]*#([\w-]+)[^}]*\}\s*$")
# Between two statements: white space after the end of a sentence, the end of a
# Japanese one, an empty line, an item, a row of a table.
_BETWEEN = re.compile(r"(?<=[.!?])\s|(?<=。)|\n\s*\n|\n(?=[-*|:>]|\d+\. )")


@dataclass(frozen=True)
class Statement:
    """A sentence, a heading, an item of a list or a row of a table."""

    section: str  # the id of the heading above it, or "description"
    text: str  # on one line


def statements(file: Path) -> Iterator[Statement]:
    """Yield the statements of a page, without its fences."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"]
        text = "\n\n".join(
            re.sub(r"^(#.*)", rf"\1 {{ #{c['id']} }}", "".join(c["source"]))
            for c in cells
        )
    elif found := re.match(r"---\n(.*?)\n---\n", text, re.DOTALL):
        text = text[found.end() :]
        description = re.search(r"^description: (.*)$", found[1], re.MULTILINE)
        yield from (
            Statement("description", part)
            for part in _BETWEEN.split(description[1] if description else "")
        )
    section = ""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    for block in re.split(r"^(#.*)$", text, flags=re.M):
        if heading := _HEADING.match(block):
            section = heading[2]
            yield Statement(section, heading[1])
            continue
        for part in _BETWEEN.split(block):
            if line := " ".join(part.split()):
                yield Statement(section, line)


def is_universal(text: str, language: str) -> bool:
    """Tell whether one of the words stands in the prose, code and targets apart."""
    prose = re.sub(r"(`+).+?\1|\]\([^)]*\)", "", text)
    return WORDS[language].search(prose) is not None


def of_page(page: str, language: str) -> list[Statement]:
    """Return the universal statements of a page in one language.

    The headings of the fact check are what others say: there a fence decides.
    """
    stem = ROOT / "docs" / language / page
    file = next(f for s in (".md", ".ipynb") if (f := Path(f"{stem}{s}")).exists())
    claims = set(re.findall(r"^### .*#(\w+) \}$", file.read_text(), re.MULTILINE))
    found = [s for s in statements(file) if is_universal(s.text, language)]
    if page.startswith("fact-check/"):
        titles = {
            (m[2], m[1])
            for m in map(_HEADING.match, file.read_text().splitlines())
            if m and m[2] in claims
        }
        found = [s for s in found if (s.section, s.text) not in titles]
    return found


def read(page: str) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of a page's file, by section."""
    file = FOLDER / f"{page}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


@pytest.mark.parametrize("page", PAGES)
def test_every_universal_statement_is_covered(page):
    entries = read(page)
    missing = []
    for language in WORDS:
        for one in of_page(page, language):
            texts = [e[language] for e in entries.get(one.section, []) if language in e]
            if not any(text in one.text for text in texts):
                missing.append(f'[[{one.section}]]\n{language} = "{one.text}"\n')
    hint = f"cover these in tests/claims/universals/{page}.toml:\n\n"
    assert not missing, hint + "\n".join(missing)


@pytest.mark.parametrize("page", PAGES)
def test_every_entry_covers_a_statement(page):
    stale = [
        f"[{section}] {language}: {entry[language]}"
        for section, entries in read(page).items()
        for entry in entries
        for language in WORDS
        if language in entry
        and not any(
            entry[language] in one.text and one.section == section
            for one in of_page(page, language)
        )
    ]
    assert stale == []


TESTS = {name for _, name, _ in read_claims()}


@pytest.mark.parametrize("page", PAGES)
def test_every_entry_names_tests_that_exist_or_a_reason(page):
    for section, entries in read(page).items():
        for entry in entries:
            assert set(entry) <= {*WORDS, "tests", "why"}, (section, entry)
            assert set(entry) & set(WORDS), (section, entry)
            named = entry.get("tests", [])
            assert bool(named) != bool(entry.get("why")), (section, entry)
            assert set(named) <= TESTS, (section, sorted(set(named) - TESTS))


def test_each_file_belongs_to_a_page():
    names = {
        file.relative_to(FOLDER).with_suffix("").as_posix()
        for file in FOLDER.rglob("*.toml")
    }
    assert names - {"words"} <= set(PAGES)
