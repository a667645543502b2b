"""What the tests of the engine share: files that say what it makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """A function: compare a text with a file of `SNAPSHOTS`.

    ``pytest --snapshots`` writes the file instead; read what git then shows.
    """

    def compare(name: str, text: str) -> None:
        file = SNAPSHOTS / name
        if request.config.getoption("--snapshots"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        kept = file.read_bytes().decode("utf-8") if file.exists() else None
        assert text == kept, f"not as {file.name}: see `pytest --snapshots`"

    return compare
