"""Make one mistake at a time, and see that a test fails: ``nox -s mutants``.

Each list ``tests/mutants/<room>.toml`` names the tests that have to notice,
``tests = [...]``, and the mistakes: in the file `path`, the text `old`, which
stands there exactly once, becomes `new`. The mistakes are made in copies of the
repository, as many at a time as there are cores.

    python -m tests.mutants            # all lists
    python -m tests.mutants figures    # one
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).parent
TIME_LIMIT = 180  # seconds; a mistake that makes the tests hang is noticed too


@dataclass(frozen=True)
class Mutant:
    """One mistake, and the tests that have to notice it."""

    tests: tuple[str, ...]
    path: str
    old: str
    new: str

    def __str__(self) -> str:
        """Name it by place and change, on one line."""
        text = (ROOT / self.path).read_text(encoding="utf-8")
        line = text[: text.index(self.old)].count("\n") + 1
        return f"{self.path}:{line}: {self.old.strip()!r} -> {self.new.strip()!r}"


def read(names: list[str]) -> list[Mutant]:
    """Return the mutants of the lists called `names`; exit where one fits no more."""
    found, stale = [], []
    for file in [LISTS / f"{name}.toml" for name in names] or sorted(
        LISTS.glob("*.toml")
    ):
        listed = tomllib.loads(file.read_text(encoding="utf-8"))
        for entry in listed["mutant"]:
            mutant = Mutant(
                tuple(listed["tests"]), entry["path"], entry["old"], entry["new"]
            )
            text = (ROOT / mutant.path).read_text(encoding="utf-8")
            if text.count(mutant.old) == 1 and mutant.old != mutant.new:
                found.append(mutant)
            else:
                times = text.count(mutant.old)
                stale.append(f"{file.name}: {mutant.path} has {times} x {mutant.old!r}")
    if stale:
        sys.exit("these mutants fit no more, write them anew:\n" + "\n".join(stale))
    return found


def passes(copy: Path, tests: tuple[str, ...]) -> bool:
    """Whether `tests` pass in a copy of the repository."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    variables = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env=variables,
            capture_output=True,
            timeout=TIME_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survives(copy: Path, mutant: Mutant) -> bool:
    """Make the mistake in a copy, run the tests, and take it back."""
    file = copy / mutant.path
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        return passes(copy, mutant.tests)
    finally:
        file.write_text(text, encoding="utf-8")


def main() -> int:
    """Try the mutants of the lists that the command line names; all by default."""
    mutants = read(sys.argv[1:])
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]
    workers = os.cpu_count() or 1
    copies: queue.Queue[Path] = queue.Queue()
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(workers):
            copy = Path(folder) / str(number)
            for name in files:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
            copies.put(copy)
        sound = copies.get()
        for tests in sorted({mutant.tests for mutant in mutants}):
            if not passes(sound, tests):
                sys.exit(f"without any mutant these fail: {' '.join(tests)}")
        copies.put(sound)

        def attempt(mutant: Mutant) -> bool:
            copy = copies.get()
            try:
                return survives(copy, mutant)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(workers) as pool:
            for mutant, alive in zip(mutants, pool.map(attempt, mutants)):
                print(f"{'SURVIVES' if alive else 'noticed '}  {mutant}", flush=True)
                survivors += [mutant] * alive
    print(f"{len(mutants)} mutants, {len(survivors)} survive")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
