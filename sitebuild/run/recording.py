"""What programs printed, per environment, as files that diff well.

``recordings/<environment>/<topic>/<snippet>.txt`` is what the reader sees of
one run; ``environment.json`` beside them says where and when, and of which
text of each program (by `Snippet.digest`). An output whose program has changed
since is never shown: it would stand under code that did not print it. Nor is
one that was edited: a digest of each file is kept too.

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitebuild.faults import Fault
from sitebuild.programs.snippet import Snippet
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result


@dataclass(frozen=True)
class Recording:
    """The results of one environment."""

    environment: Environment
    digests: dict[str, str]  # of the text that was run, by the program's name
    printed: dict[str, str]  # the digest of each recorded file, by the same name
    root: Path

    @property
    def name(self) -> str:
        """The folder's name: ``torch-2.13.0-cpu``."""
        return self.root.name

    def outputs(self, snippet: Snippet) -> dict[str, str] | None:
        """Return what `snippet`, as it is now, printed there, by section.

        None if it was never run there, or has changed since, or if the file is
        not what was recorded (see `faults`).
        """
        if self.digests.get(snippet.name) != snippet.digest:
            return None
        text = self._text(snippet.name)
        if text is None:
            return None
        return _split(text, [section.name for section in snippet.sections])

    def output(self, snippet: Snippet) -> str | None:
        """Return the same as one text."""
        outputs = self.outputs(snippet)
        return None if outputs is None else "".join(outputs.values())

    def faults(self, root: Path) -> list[Fault]:
        """Return the files below `root` that are not what a run wrote."""
        folder = self.root.relative_to(root).as_posix()
        return [
            Fault.of(f"{folder}/{name}.txt", 1, "edited-recording", folder=folder)
            for name in self.digests
            if self._text(name) is None
        ]

    def _text(self, name: str) -> str | None:
        try:
            text = (self.root / f"{name}.txt").read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        return text if _digest(text) == self.printed.get(name) else None


def read_recordings(root: Path) -> list[Recording]:
    """Return the recordings below `root`/recordings, oldest torch first.

    One that cannot be read is left out: see `faults`.
    """
    found = [_read(file) for file in _files(root)]
    readable = [recording for recording in found if isinstance(recording, Recording)]
    return sorted(readable, key=lambda r: (r.environment.version, r.name))


def faults(root: Path) -> list[Fault]:
    """Return what is wrong with the recordings below `root`: all, to the last file."""
    found: list[Fault] = []
    for file in _files(root):
        recording = _read(file)
        if isinstance(recording, Recording):
            found += recording.faults(root)
            continue
        line, message = recording
        path = file.relative_to(root).as_posix()
        advice = f"take it from Git again: `git checkout -- {path}`"
        found.append(Fault.of(path, line, "unreadable", what=message, do=advice))
    return found


def _files(root: Path) -> list[Path]:
    folders = sorted(path for path in (root / "recordings").glob("*") if path.is_dir())
    return [folder / "environment.json" for folder in folders]


def _read(file: Path) -> Recording | tuple[int, str]:
    """Return the recording that `file` describes, or where and why it cannot be."""
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        digests, printed = facts.pop("snippets"), facts.pop("outputs")
        recording = Recording(Environment(**facts), digests, printed, file.parent)
        _ = recording.environment.version, set(digests) - set(printed)
    except json.JSONDecodeError as error:
        return error.lineno, f"cannot be read: {error.msg}"
    except KeyError as error:
        return 1, f"has no key {error}"
    except (OSError, ValueError, TypeError, AttributeError) as error:
        return 1, f"cannot be read: {error}"
    return recording


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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

    Raises:
        OSError: Nothing can be written there; nothing was.
        ValueError: An output cannot be told from the marks of sections.
    """
    folder = root / "recordings" / environment.name
    recorded = [snippet for snippet in snippets if snippet.name in results]
    texts: dict[Path, str] = {}
    for snippet in recorded:
        outputs = results[snippet.name].outputs
        if _split(_join(outputs), list(outputs)) != outputs:
            raise ValueError(f"{snippet.path} prints what looks like a section's mark")
        texts[folder / f"{snippet.name}.txt"] = _join(outputs)
    old = set(folder.rglob("*.txt"))
    changed = [
        path
        for path, text in texts.items()
        if path not in old or path.read_text(encoding="utf-8") != text
    ] + sorted(old - set(texts))
    description = {
        **dataclasses.asdict(environment),
        "snippets": {s.name: s.digest for s in recorded},
        "outputs": {s.name: _digest(text) for s, text in zip(recorded, texts.values())},
    }
    del description["date"]
    file = folder / "environment.json"
    if changed or _before(file) != description:
        description["date"] = datetime.date.today().isoformat()
        _write_environment(folder, description)
        changed.append(file)
    for path in changed:
        if path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(texts[path].encode())
    for path in old - set(texts):
        path.unlink()
    return [path.relative_to(root).as_posix() for path in changed]


def _before(file: Path) -> dict[str, Any]:
    """Return what an environment's file says, but for the date."""
    try:
        before = dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
    before.pop("date", None)
    return before


def forget(root: Path, snippets: Collection[str]) -> None:
    """Remove what any environment recorded of snippets that are gone."""
    for recording in read_recordings(root):
        gone = sorted(set(recording.digests) - set(snippets))
        if gone:
            facts = {
                **dataclasses.asdict(recording.environment),
                "snippets": _kept(recording.digests, snippets),
                "outputs": _kept(recording.printed, snippets),
            }
            _write_environment(recording.root, facts)
        for snippet in gone:
            (recording.root / f"{snippet}.txt").unlink(missing_ok=True)


def _kept(digests: dict[str, str], snippets: Collection[str]) -> dict[str, str]:
    return {name: digest for name, digest in digests.items() if name in snippets}


def _write_environment(folder: Path, environment: dict[str, Any]) -> None:
    """Write the file whole: where that fails, the old one is left."""
    text = json.dumps(environment, indent=1, sort_keys=True) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "environment.json.new"
    temporary.write_bytes(text.encode())
    os.replace(temporary, folder / "environment.json")
