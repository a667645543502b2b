"""What programs printed, per environment, as files that diff well.

``recordings/<environment>/<topic>/<snippet>.txt`` is what the reader sees of
one run; ``environment.json`` beside them says where and when, and of which
text of each program (by `Snippet.digest`). An output whose program has changed
since is never shown: it would stand under code that did not print it. Nor is
one that was edited: a digest of each file is kept too.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sitebuild.faults import Fault
from sitebuild.programs.snippet import Snippet
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result

DESCRIPTION = "environment.json"


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
        text = self.text(snippet.name)
        if text is None:
            return None
        return _split(text, [section.name for section in snippet.sections])

    def output(self, snippet: Snippet) -> str | None:
        """Return the same as one text."""
        outputs = self.outputs(snippet)
        return None if outputs is None else "".join(outputs.values())

    def text(self, name: str) -> str | None:
        """Return the file of a program; None if it is not what the run wrote."""
        try:
            text = (self.root / f"{name}.txt").read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
        return text if _digest(text) == self.printed.get(name) else None


def read_recordings(root: Path) -> list[Recording]:
    """Return the recordings below `root`/recordings, oldest torch first.

    One that cannot be read is left out: see `faults`.
    """
    return sorted(_read_all(root)[0], key=lambda r: (r.environment.version, r.name))


def of(root: Path, environment: Environment) -> Recording | None:
    """Return what is recorded of just this environment, on whatever day."""
    for found in read_recordings(root):
        if replace(found.environment, date="") == environment:
            return found
    return None


def faults(root: Path) -> list[Fault]:
    """Return what is wrong with the recordings below `root`: all, to the last file."""
    recordings, found = _read_all(root)
    for recording in recordings:
        folder = recording.root.relative_to(root).as_posix()
        for name in recording.digests:
            if recording.text(name) is None:
                path = f"{folder}/{name}.txt"
                found.append(Fault.of(path, 1, "edited-recording", folder=folder))
    return found


def _read_all(root: Path) -> tuple[list[Recording], list[Fault]]:
    """Return the readable recordings, and a fault for each of the others."""
    recordings: list[Recording] = []
    found: list[Fault] = []
    for folder in sorted(f for f in (root / "recordings").glob("*") if f.is_dir()):
        file, line = folder / DESCRIPTION, 1
        try:
            facts = json.loads(file.read_text(encoding="utf-8"))
            digests, printed = facts.pop("snippets"), facts.pop("outputs")
            recording = Recording(Environment(**facts), digests, printed, folder)
            _ = recording.environment.version, set(digests) - set(printed)
        except json.JSONDecodeError as error:
            line, what = error.lineno, f"cannot be read: {error.msg}"
        except KeyError as error:
            what = f"has no key {error}"
        except (OSError, ValueError, TypeError, AttributeError) as error:
            what = f"cannot be read: {error}"
        else:
            recordings.append(recording)
            continue
        path = file.relative_to(root).as_posix()
        advice = f"take it from Git again: `git checkout -- {path}`"
        found.append(Fault.of(path, line, "unreadable", what=what, do=advice))
    return recordings, found


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
        end = len(text) if following is None else text.find(f"# %% {following}\n")
        outputs[section], text = text[:end], text[end:]
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
    gone = sorted(old - set(texts))
    changed = [
        path
        for path, text in texts.items()
        if path not in old or path.read_text(encoding="utf-8") != text
    ]
    digests = {s.name: s.digest for s in recorded}
    printed = {s.name: _digest(text) for s, text in zip(recorded, texts.values())}
    here = Recording(environment, digests, printed, folder)
    before = [
        replace(known, environment=replace(known.environment, date=""))
        for known in read_recordings(root)
    ]
    if not changed and not gone and here in before:
        return []
    today = datetime.date.today().isoformat()
    _describe(replace(here, environment=replace(environment, date=today)))
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(texts[path].encode())
    for path in gone:
        path.unlink()
    written = [*changed, *gone, folder / DESCRIPTION]
    return [path.relative_to(root).as_posix() for path in written]


def forget(root: Path, snippets: Collection[str]) -> None:
    """Remove what any environment recorded of snippets that are gone."""

    def kept(digests: dict[str, str]) -> dict[str, str]:
        return {name: digest for name, digest in digests.items() if name in snippets}

    for known in read_recordings(root):
        gone = sorted(set(known.digests) - set(snippets))
        if gone:
            digests, printed = kept(known.digests), kept(known.printed)
            _describe(replace(known, digests=digests, printed=printed))
        for snippet in gone:
            (known.root / f"{snippet}.txt").unlink(missing_ok=True)


def _describe(recording: Recording) -> None:
    """Write the description whole: where that fails, the old one is left."""
    description = {
        **asdict(recording.environment),
        "snippets": recording.digests,
        "outputs": recording.printed,
    }
    text = json.dumps(description, indent=1, sort_keys=True) + "\n"
    recording.root.mkdir(parents=True, exist_ok=True)
    temporary = recording.root / f"{DESCRIPTION}.new"
    temporary.write_bytes(text.encode())
    os.replace(temporary, recording.root / DESCRIPTION)
