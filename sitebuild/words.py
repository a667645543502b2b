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

    A key or a placeholder that one file has and another has not is a fault.

    Raises:
        UnreadableError: A file is not TOML, or there is no language at the root.
    """
    tables: dict[Path, dict[str, Any]] = {}
    for file in sorted((root / "words").glob("*.toml")):
        path = file.relative_to(root).as_posix()
        try:
            tables[file] = tomllib.loads(file.read_text(encoding="utf-8"))
            about = tables[file]["language"]
            about["name"], about["config"]
        except (ValueError, KeyError, TypeError) as error:
            line = re.search(r"at line (\d+)", str(error))
            raise UnreadableError(
                Fault(
                    path,
                    int(line[1]) if line else 1,
                    "unreadable-words",
                    f"cannot be read: {error!r}",
                    "write TOML, with `name` and `config` in the table [language]",
                )
            ) from None
    languages = {
        file.stem: Language(file.stem, about["name"], about["config"], Words(table))
        for file, table in tables.items()
        for about in [table["language"]]
    }
    first = next((c for c, one in languages.items() if not one.prefix), "")
    if not first:
        what = f"no language has the configuration {ROOT_CONFIG}"
        raise UnreadableError(
            Fault(
                "words",
                1,
                "unreadable-words",
                what,
                "name it in the table [language] of the language at the root",
            )
        )
    faults = list(_unequal(root, root / f"words/{first}.toml", tables))
    return {first: languages[first], **languages}, faults


def texts(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of a file, by its whole key: ``matrix.families.same.name``."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from texts(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _unequal(
    root: Path, first: Path, tables: Mapping[Path, Mapping[str, Any]]
) -> Iterator[Fault]:
    """Give every key, and every placeholder, that is not in all files."""
    ours = dict(texts(tables[first]))
    for file, table in tables.items():
        theirs = dict(texts(table))
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            here, there = (first, file) if key in ours else (file, first)
            if key not in ours or key not in theirs:
                what = f"{there.name} has no text for {key!r}"
                advice = "give every language a text for it"
            elif _placeholders(ours[key]) != _placeholders(theirs[key]):
                what = f"{key!r} has other placeholders in {there.name}"
                advice = "give it the same in every language"
            else:
                continue
            line = line_of(here.read_text(encoding="utf-8"), key)
            path = here.relative_to(root).as_posix()
            yield Fault(path, line, "unequal-words", what, advice)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


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
