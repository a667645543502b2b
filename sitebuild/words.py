"""The words that the build adds to pages: one file for each language.

``words/<language>.toml`` holds every such word of one language, in a table for
each place that shows them. All files have the same keys, and their texts the
same ``{placeholders}``. A language is known by its file: its table
``[language]`` names it, and the configuration of its site.
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitebuild.faults import Fault, UnreadableError
from sitebuild.programs import text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT_CONFIG = "mkdocs.yml"  # of the language that lies at the root of the site


class Words:
    """A table of words: ``words.matrix.yes``, ``words.families["same"].name``.

    Raises `AttributeError` or `KeyError` for a key that the file does not have.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Wrap a table as tomllib reads it."""
        self._table = table

    def __getitem__(self, key: str) -> Any:
        """Return a text, or a table below this one."""
        value = self._table[key]
        return Words(value) if isinstance(value, dict) else value

    def __getattr__(self, key: str) -> Any:
        """Return a text, or a table below this one."""
        try:
            return self[key]
        except KeyError:
            raise AttributeError(f"there is no word {key!r}") from None

    def __iter__(self) -> Iterator[str]:
        """Give the keys, in the order of the file."""
        return iter(self._table)


@dataclass(frozen=True, eq=False)
class Language:
    """One language of the site."""

    code: str  # "ja"
    name: str  # what it calls itself
    config: str  # "mkdocs.yml": the configuration of its site
    words: Words

    @property
    def prefix(self) -> str:
        """The way from the root of the site to that of the language: ``en/``."""
        return "" if self.config == ROOT_CONFIG else f"{self.code}/"


def read_languages(root: Path) -> tuple[dict[str, Language], list[Fault]]:
    """Return the languages by code, that at the root of the site first.

    A language whose file cannot be read is left out, and its file is a fault. So
    is a text that not all files have, or have with other placeholders.
    """
    texts: dict[str, dict[str, str]] = {}
    languages: dict[str, Language] = {}
    faults: list[Fault] = []
    for file in sorted((root / "words").glob("*.toml")):
        try:
            table = _read(file, root)
            texts[file.stem] = dict(_texts(table))
        except UnreadableError as error:
            faults.append(error.fault)
            continue
        about = table["language"]
        language = Language(file.stem, about["name"], about["config"], Words(table))
        languages[file.stem] = language
    first = next((c for c, one in languages.items() if not one.prefix), "")
    if first:
        languages = {first: languages[first], **languages}
        faults += _unequal(root, first, texts)
    elif not faults:
        faults.append(
            Fault.of(
                "words",
                1,
                "unreadable",
                what=f"no language has the configuration {ROOT_CONFIG}",
                do="name it in the table [language] of the language at the root",
            )
        )
    return languages, faults


def _read(file: Path, root: Path) -> dict[str, Any]:
    """Return a file of words, every one of which can be filled in."""
    path = file.relative_to(root).as_posix()
    content = text.read(file, root)

    def wrong(line: int, message: str, advice: str) -> UnreadableError:
        return UnreadableError(
            Fault.of(path, line, "unreadable", what=message, do=advice)
        )

    try:
        table: dict[str, Any] = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise wrong(
            int(line[1]) if line else 1,
            f"this is not TOML: {error}",
            'write each text on a line of its own: `key = "text"`',
        ) from None
    for key, value in _texts(table):
        line_ = line_of(content, key)
        if not isinstance(value, str):
            raise wrong(line_, f"{key!r} is no text", 'put it in quotes: "..."')
        try:
            _placeholders(value)
        except ValueError as error:
            raise wrong(
                line_,
                f"{key!r} cannot be filled in: {error}",
                "write a brace that stays as two: {{ or }}",
            ) from None
    about = table.get("language", {})
    for key in ("name", "config"):
        if key not in about:
            raise wrong(
                1,
                f"there is no {key!r} in the table [language]",
                "take the file of another language as the pattern",
            )
    return table


def _texts(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Give every text of a file, by its whole key: ``matrix.families.same.name``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _unequal(
    root: Path, first: str, texts: Mapping[str, Mapping[str, str]]
) -> Iterator[Fault]:
    """Give every key, and every placeholder, in which a language differs."""
    for other in texts:
        for key in dict.fromkeys([*texts[first], *texts[other]]):
            here, there = (first, other) if key in texts[first] else (other, first)
            if key not in texts[there]:
                what = f"words/{there}.toml has no text for {key!r}"
            elif _placeholders(texts[here][key]) != _placeholders(texts[there][key]):
                here = other
                what = f"{key!r} has other placeholders than in words/{first}.toml"
            else:
                continue
            path = f"words/{here}.toml"
            line = line_of((root / path).read_text(encoding="utf-8"), key)
            yield Fault.of(path, line, "unequal-words", what=what)


def _placeholders(text: str) -> set[str]:
    parts = string.Formatter().parse(text)
    return {name for _, name, _, _ in parts if name is not None}


def line_of(text: str, key: str) -> int:
    """Return the line of a TOML file on which the text of a whole key stands."""
    table, _, last = key.rpartition(".")
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.fullmatch(r"\[([\w.\"-]+)\]\s*(?:#.*)?", line.strip()):
            here = found[1].replace('"', "")
        elif here == table and re.match(rf'"?{re.escape(last)}"?\s*=', line.strip()):
            return number
    return 1
