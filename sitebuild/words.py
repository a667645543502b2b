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
    languages: list[Language] = []
    faults: list[Fault] = []
    for file in sorted((root / "words").glob("*.toml")):
        try:
            table = _read(file, root)
        except UnreadableError as error:
            faults.append(error.fault)
            continue
        about = table["language"]
        language = Language(file.stem, about["name"], about["config"], Words(table))
        languages.append(language)
    languages.sort(key=lambda language: language.prefix != "")
    if languages and not languages[0].prefix:
        for other in languages[1:]:
            faults += _unequal(root, languages[0], other)
    elif not faults:
        faults.append(Fault.of("words", 1, "unreadable/no-root", config=ROOT_CONFIG))
    return {language.code: language for language in languages}, faults


def _read(file: Path, root: Path) -> dict[str, Any]:
    """Return a file of words, every one of which can be filled in."""
    try:
        table: dict[str, Any] = tomllib.loads(text.read(file, root))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else 1
        path = file.relative_to(root).as_posix()
        raise UnreadableError(
            Fault.of(path, line, "unreadable/toml", error=error)
        ) from None
    for key, value in _texts(Words(table)):
        if not isinstance(value, str):
            raise UnreadableError(_wrong(file, "unreadable/no-text", key=key))
        try:
            _placeholders(value)
        except ValueError as error:
            fault = _wrong(file, "unreadable/braces", key=key, error=error)
            raise UnreadableError(fault) from None
    for key in ("name", "config"):
        if key not in table.get("language", {}):
            raise UnreadableError(_wrong(file, "unreadable/no-language", key=key))
    return table


def _wrong(file: Path, kind: str, /, key: str, **values: object) -> Fault:
    """Return a fault of the text of a key."""
    line = line_of(file.read_text(encoding="utf-8"), key)
    return Fault.of(f"words/{file.name}", line, kind, key=key, **values)


def _texts(words: Words, above: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of a file, by its whole key: ``matrix.families.same.name``."""
    for key in words:
        if isinstance(words[key], Words):
            yield from _texts(words[key], f"{above}{key}.")
        else:
            yield f"{above}{key}", words[key]


def _unequal(root: Path, first: Language, other: Language) -> Iterator[Fault]:
    """Give every key, and every placeholder, in which two languages differ."""
    ours, theirs = dict(_texts(first.words)), dict(_texts(other.words))
    for key in {**ours, **theirs}:
        has, lacks = (first, other) if key in ours else (other, first)
        if key not in ours or key not in theirs:
            file = root / f"words/{has.code}.toml"
            yield _wrong(file, "unequal-words/none", key=key, lacks=lacks.code)
        elif _placeholders(ours[key]) != _placeholders(theirs[key]):
            file = root / f"words/{other.code}.toml"
            kind = "unequal-words/placeholders"
            yield _wrong(file, kind, key=key, first=first.code)


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
