"""What snippets printed, per environment, as files that diff well.

``recordings/<environment>/<topic>/<snippet>.txt`` is what the reader sees of
one run; ``environment.json`` beside them says where and when, and of which
text of each snippet (by `Snippet.digest`). An output whose snippet has
changed since is never shown: it would stand under code that did not print it.

Write them with ``nox -s record``, or with nothing but a Python that has torch::

    python -m sitebuild.recordings

Standard library only, and Python 3.9.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sitebuild.chooser import examples
from sitebuild.matrix import probes, read_operations
from sitebuild.pages import notebook_snippets, read_pages
from sitebuild.run import Result, Runner, problem
from sitebuild.snippets import Snippet, read_all


@dataclass(frozen=True)
class Recording:
    """The results of one environment."""

    name: str  # "torch-2.13.0-cpu"
    environment: dict[str, Any]
    root: Path

    def outputs(self, snippet: Snippet) -> dict[str, str] | None:
        """Return what `snippet`, as it is now, printed there, by section.

        None if it was never run there, or has changed since.
        """
        if self.environment["snippets"].get(snippet.name) != snippet.digest:
            return None
        text = (self.root / f"{snippet.name}.txt").read_text(encoding="utf-8")
        return _split(text, [section.name for section in snippet.sections])


def name(environment: dict[str, Any]) -> str:
    """Return the folder's name for an environment: torch's version and device."""
    version = environment["torch"].partition("+")[0]
    return f"torch-{version}-{'cuda' if environment['cuda'] else 'cpu'}"


def version(environment: dict[str, Any]) -> list[int]:
    """Return the numbers of an environment's torch: [2, 13, 0]."""
    return [int(n) for n in re.findall(r"\d+", environment["torch"].partition("+")[0])]


def read_recordings(root: Path) -> list[Recording]:
    """Return the recordings below `root`/recordings, oldest torch first."""
    found = [
        Recording(
            file.parent.name, json.loads(file.read_text(encoding="utf-8")), file.parent
        )
        for file in (root / "recordings").glob("*/environment.json")
    ]
    return sorted(found, key=lambda r: (version(r.environment), r.name))


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
    environment: dict[str, Any],
    snippets: list[Snippet],
    results: dict[str, Result],
) -> list[str]:
    """Record `results` below `root`/recordings; return the files that changed.

    Files whose snippets are gone are removed. If nothing changed, nothing is
    written, not even the date.
    """
    folder = root / "recordings" / name(environment)
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
        **environment,
        "snippets": {s.name: s.digest for s in snippets if s.name in results},
    }
    file = folder / "environment.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    before.pop("date", None)
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
        entries = recording.environment["snippets"]
        gone = sorted(set(entries) - set(snippets))
        for snippet in gone:
            del entries[snippet]
            (recording.root / f"{snippet}.txt").unlink(missing_ok=True)
        if gone:
            _write_environment(recording.root, recording.environment)


def _write_environment(folder: Path, environment: dict[str, Any]) -> None:
    text = json.dumps(environment, indent=1, sort_keys=True) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "environment.json").write_text(text, encoding="utf-8")


def record(root: Path) -> int:
    """Run every snippet here and record it; return an exit status.

    A snippet that does not end as it announces is recorded all the same when
    Python saw how it ended: on another version of torch that is the news. The
    status is 1 only where a run gave nothing that can be recorded.
    """
    snippets, unreadable = read_all(root)
    notebooks, broken = notebook_snippets(root, read_pages(root))
    snippets.update(notebooks)
    operations, unclear = read_operations(root)
    probing, unsound = probes(root, operations)
    snippets.update(probing)
    snippets.update(examples(operations))
    with Runner() as runner:
        environment = runner.environment()
        runnable = [
            snippet
            for snippet in snippets.values()
            if not snippet.is_benchmark
            and (environment["cuda"] or not snippet.needs_cuda)
        ]
        results = dict(runner.run(runnable))
    lost = [*unreadable, *broken, *unclear, *unsound]
    for snippet in runnable:
        found = problem(snippet, results[snippet.name])
        if found:
            print(f"note: {found}", file=sys.stderr)
        if results[snippet.name].ended not in ("end", "exception"):
            del results[snippet.name]
            if found:
                lost.append(found)
    forget(root, snippets)
    changed = write(root, environment, runnable, results)
    print(f"recordings/{name(environment)}: {len(results)} snippets")
    print("\n".join(f"  {path}" for path in changed) or "  nothing has changed")
    for found in lost:
        print(f"not recorded: {found}", file=sys.stderr)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(record(Path(os.getcwd())))
