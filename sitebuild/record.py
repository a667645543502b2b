"""Record what every program prints here: ``python -m sitebuild.record``.

`nox -s record` does this. Beside an old torch, nothing but a Python that has
torch and NumPy is needed: standard library only, and Python 3.9.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

from sitebuild import programs
from sitebuild.programs.populations import NEEDS
from sitebuild.programs.snippet import Snippet
from sitebuild.run import populations, recording
from sitebuild.run.environment import Environment
from sitebuild.run.result import Result, fault
from sitebuild.run.runner import Runner


def record(root: Path) -> int:
    """Run every program here and record it; return an exit status.

    A program that does not end as it announces is recorded all the same when
    Python saw how it ended: on another version of torch that is the news. The
    status is 1 only where a run gave nothing that can be recorded.
    """
    known, lost = programs.read(root)
    with Runner() as runner:
        environment = runner.environment()
        runnable = programs.runnable(known, environment.cuda)
        results = dict(runner.run(runnable))
    asked = [program for program in known.values() if program.is_population]
    results.update(_populations(root, environment, asked))
    runnable += [program for program in asked if program.name in results]
    for snippet in runnable:
        found = fault(snippet, results[snippet.name])
        if found:
            print(f"note: {found}", file=sys.stderr)
            if results[snippet.name].ended not in ("end", "exception"):
                del results[snippet.name]
                lost.append(found)
    try:
        changed = recording.write(root, environment, runnable, results)
        recording.forget(root, known)
    except OSError as error:
        print(f"cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"recordings/{environment.name}: {len(results)} snippets")
    print("\n".join(f"  {path}" for path in changed) or "  nothing has changed")
    for found in lost:
        print(f"not recorded: {found}", file=sys.stderr)
    return 1 if lost else 0


def _populations(
    root: Path, environment: Environment, asked: list[Snippet]
) -> Iterator[tuple[str, Result]]:
    """Yield what the programs over populations print here.

    They take a minute: only those run of which no recording says it, be it that
    their text has changed, or where they run.
    """
    here = recording.of(root, environment)
    new = []
    for program in asked:
        text = here.output(program) if here else None
        if text is None:
            new.append(program)
        else:
            yield program.name, Result("end", {"": text})
    if new and importlib.util.find_spec(NEEDS) is None:
        names = ", ".join(program.path for program in new)
        message = f"note: not recorded, for want of the package {NEEDS}: {names}"
        print(message, file=sys.stderr)
        return
    yield from populations.run(root, new)


if __name__ == "__main__":
    sys.exit(record(Path.cwd()))
