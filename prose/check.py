"""Read all that a reader reads with textlint, in one language after the other.

textlint knows Markdown. What else holds prose is written out as Markdown: the
tables of words, descriptions, notebooks, the titles that pages give to tables.
Exits with 1, and a line for each finding, if there is one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
# The documents beside the site, by language.
DOCUMENTS = {
    "ja": ["README.ja.md", "CONTRIBUTING.ja.md"],
    "en": ["README.md", "CONTRIBUTING.md"],
}
_ID = re.compile(r"\s*\{ ?#[\w-]+ ?\}")
_DESCRIPTION = re.compile(r"description: (.*)")
_WORD = re.compile(r'[\w-]+ = "(.*)"')
_TITLES = re.compile(r'(?:table|chart)="\w+: ([^"]*)"')

_LINKS = re.compile(r"(\[[^\]]+\]\([^)]+\)|English|日本語|[·|]| )+")  # nothing else
_END = re.compile(r"[.。:：!?）]$")

_Line = tuple[int, str]  # the number of the line in the source, and its text


def _label(text: str) -> str:
    """Write a text that is no sentence as a heading, which needs no full stop."""
    return f"\n# {text}\n"


def markdown(text: str) -> Iterator[_Line]:
    """Yield the lines of a page, and apart from it the titles of its tables."""
    lines = text.splitlines()
    matter = lines.index("---", 1) + 1 if lines[:1] == ["---"] else 0
    for number, line in enumerate(lines, 1):
        if number > matter:
            yield number, "" if _LINKS.fullmatch(line) else _ID.sub("", line)
        elif found := _DESCRIPTION.match(line):
            yield number, f"{found[1]}\n"
    for number, line in enumerate(lines, 1):
        if line.startswith("```") and (found := _TITLES.search(line)):
            yield from ((number, _label(title)) for title in found[1].split(" | "))


def words(text: str) -> Iterator[_Line]:
    """Yield each text of a table of words as a paragraph, or as a heading."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _WORD.match(line):
            sentence = _END.search(found[1])
            yield number, f"{found[1]}\n" if sentence else _label(found[1])


def notebook(text: str) -> Iterator[_Line]:
    """Yield the prose of a notebook; a line is the number of its cell."""
    for number, cell in enumerate(json.loads(text)["cells"], 1):
        if cell["cell_type"] == "markdown":
            yield from ((number, line) for line in "".join(cell["source"]).split("\n"))
            yield number, ""


READERS = {".md": markdown, ".toml": words, ".ipynb": notebook}


def files(language: str) -> list[Path]:
    """Return the files that hold prose of a language."""
    pages = (ROOT / "docs" / language).rglob("*.*")
    beside = [ROOT / name for name in DOCUMENTS[language]]
    found = [*pages, *beside, ROOT / f"words/{language}.toml"]
    return sorted(file for file in found if file.suffix in READERS)


def read(language: str) -> int:
    """Print what textlint finds; return how much that is."""
    with tempfile.TemporaryDirectory() as folder:
        lines: dict[str, list[int]] = {}  # of the source, for those of the copy
        sources = dict(enumerate(files(language)))
        for number, file in sources.items():
            copy, lines[str(number)] = "", []
            for line, text in READERS[file.suffix](file.read_text(encoding="utf-8")):
                copy += f"{text}\n"
                lines[str(number)] += [line] * (text.count("\n") + 1)
            (Path(folder) / f"{number}.md").write_text(copy, encoding="utf-8")
        textlint = FOLDER / "node_modules/.bin/textlint"
        done = subprocess.run(
            [textlint, "--format", "json", "--config", f"{language}.json", folder],
            cwd=FOLDER,
            stdout=subprocess.PIPE,
            text=True,
        )
    if not done.stdout:
        raise SystemExit("textlint did not run: see above")
    count = 0
    for result in json.loads(done.stdout):
        name = Path(result["filePath"]).stem
        path = sources[int(name)].relative_to(ROOT)
        for found in result["messages"]:
            count += 1
            place = f"{path}:{lines[name][found['line'] - 1]}"
            print(f"{place}: {found['message'].splitlines()[0]} [{found['ruleId']}]")
    return count


if __name__ == "__main__":
    findings = [read(language) for language in DOCUMENTS]
    sys.exit(1 if any(findings) else 0)
