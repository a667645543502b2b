"""The copy buttons: the program that is pasted prints what is shown."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("", ".snippet"),  # a whole program
        ("detach", ".snippet:has([href$='/seed_calculation.py'])"),  # its sections
        ("en/two-networks", ".snippet"),  # a notebook's cells
    ],
)
def test_copied_program_runs_and_prints_what_is_shown(reader, clipboard, page, shown):
    reader.open(page)
    snippet = reader.find_all(f"{shown}:not(:has(.snippet-raised))")[-1]
    output = reader.script(
        "return arguments[0].querySelector('.snippet-output samp').textContent", snippet
    )
    [(_, _, program)] = clipboard([snippet])
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-"],
        input=program,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(printed(output)) <= set(run.stdout.splitlines())


def printed(output: str) -> list[str]:
    """Leave out warnings: a program of another name words them otherwise."""
    return [line for line in output.splitlines() if ".py:" not in line]
