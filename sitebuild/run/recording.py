"""What programs printed, per environment, as files that diff well.

``recordings/<environment>/<topic>/<snippet>.txt`` is what the reader sees of
one run; ``environment.json`` beside them says where and when, and of which
text of each program (by `Snippet.digest`). An output whose program has changed
since is never shown: it would stand under code that did not print it.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitebuild.programs.snippet import Snippet
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result


@dataclass(frozen=True)
class Recording:
    """The results of one environment."""

    environment: Environment
    digests: dict[str, str]  # of the text that was run, by the program's name
    root: Path

    @property
    def name(self) -> str:
        """The folder's name: ``torch-2.13.0-cpu``."""
        return self.root.name

    def outputs(self, snippet: Snippet) -> dict[str, str] | None:
        """Return what `snippet`, as it is now, printed there, by section.

        None if it was never run there, or has changed since.
        """
        if self.digests.get(snippet.name) != snippet.digest:
            return None
        text = (self.root / f"{snippet.name}.txt").read_text(encoding="utf-8")
        return _split(text, [section.name for section in snippet.sections])

    def output(self, snippet: Snippet) -> str | None:
        """Return the same as one text."""
        outputs = self.outputs(snippet)
        return None if outputs is None else "".join(outputs.values())


def read_recordings(root: Path) -> list[Recording]:
    """Return the recordings below `root`/recordings, oldest torch first."""
    found = []
    for file in (root / "recordings").glob("*/environment.json"):
        facts = json.loads(file.read_text(encoding="utf-8"))
        digests = facts.pop("snippets")
        found.append(Recording(Environment(**facts), digests, file.parent))
    return sorted(found, key=lambda r: (r.environment.version, r.name))


def _join(outputs: dict[str, str]) -> str:
    return "".join(
        (f"# %% {section}\n" if section else "") + text
        for section, text in outputs.items()
    )


def _split(text: str, sections: list[str]) -> dict[str, str]:
    if sections == [""]:
        return {"": text}
    outputs = {}
    for section, following in zip(sections, [*sections[1:], None]):
        text = text.partition(f"# %% {section}\n")[2]
        if following is None:
            outputs[section] = text
        else:
            mark = text.find(f"# %% {following}\n")
            outputs[section], text = text[:mark], text[mark:]
    return outputs


def write(
    root: Path,
    environment: Environment,
    snippets: list[Snippet],
    results: dict[str, Result],
) -> list[str]:
    """Record `results` below `root`/recordings; return the files that changed.

    Files whose snippets are gone are removed. If nothing changed, nothing is
    written, not even the date.
    """
    folder = root / "recordings" / environment.name
    texts = {
        folder / f"{snippet.name}.txt": _join(results[snippet.name].outputs)
        for snippet in snippets
        if snippet.name in results
    }
    for snippet in snippets:
        outputs = results[snippet.name].outputs if snippet.name in results else {}
        if _split(_join(outputs), list(outputs)) != outputs:
            raise ValueError(f"{snippet.path} prints what looks like a section's mark")
    old = set(folder.rglob("*.txt"))
    changed = [
        path
        for path, text in texts.items()
        if path not in old or path.read_text(encoding="utf-8") != text
    ] + sorted(old - set(texts))
    description = {
        **dataclasses.asdict(environment),
        "snippets": {s.name: s.digest for s in snippets if s.name in results},
    }
    file = folder / "environment.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    before.pop("date", None)
    del description["date"]
    if changed or before != description:
        description["date"] = datetime.date.today().isoformat()
        _write_environment(folder, description)
        changed.append(file)
    for path in old - set(texts):
        path.unlink()
    for path in changed:
        if path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
    return [path.relative_to(root).as_posix() for path in changed]


def forget(root: Path, snippets: Collection[str]) -> None:
    """Remove what any environment recorded of snippets that are gone."""
    for recording in read_recordings(root):
        gone = sorted(set(recording.digests) - set(snippets))
        for snippet in gone:
            (recording.root / f"{snippet}.txt").unlink(missing_ok=True)
        if gone:
            kept = {n: d for n, d in recording.digests.items() if n in snippets}
            facts = dataclasses.asdict(recording.environment)
            _write_environment(recording.root, {**facts, "snippets": kept})


def _write_environment(folder: Path, environment: dict[str, Any]) -> None:
    text = json.dumps(environment, indent=1, sort_keys=True) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "environment.json").write_text(text, encoding="utf-8")
