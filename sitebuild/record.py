"""Record what every program prints here: ``python -m sitebuild.record``.

`nox -s record` does this. Beside an old torch, nothing but a Python that has
torch and NumPy is needed: standard library only, and Python 3.9.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sitebuild import programs
from sitebuild.run import recording
from sitebuild.run.result import fault
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


if __name__ == "__main__":
    sys.exit(record(Path.cwd()))
