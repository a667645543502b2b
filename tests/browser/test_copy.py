"""The copy buttons: what is pasted is a program, and prints what is shown."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request

import pytest

from .conftest import PAGES


@pytest.fixture
def clipboard(reader, root):
    """A function: click a copy button, and give what is then pasted."""
    reader.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {
            "origin": root,
            "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
        },
    )

    def copied(snippet) -> str:
        """Click as a reader does; the label says when it is done."""
        return reader.driver.execute_async_script(
            """
            const [snippet, done] = arguments;
            const button = snippet.querySelector(".snippet-copy");
            const label = button.textContent;
            const watch = new MutationObserver(async () => {
                watch.disconnect();
                const copied = button.textContent === button.dataset.copied;
                done(copied ? await navigator.clipboard.readText() : button.textContent);
            });
            watch.observe(button, {childList: true, subtree: true});
            button.click();
            """,
            snippet,
        )

    return copied


@pytest.mark.parametrize("page", PAGES)
def test_copied_programs_end_with_what_is_shown(reader, clipboard, root, page):
    """And begin where the file begins, so that a section brings what it needs.

    Without the marks of sections, which say nothing to a reader.
    """
    reader.open(page)
    for snippet in reader.find_all(".snippet"):
        code, file = reader.script(
            "return [arguments[0].querySelector('.highlight code').textContent,"
            " arguments[0].querySelector('a.snippet-file')?.href]",
            snippet,
        )
        program = clipboard(snippet)
        assert program.rstrip().endswith(code.strip())
        compile(program, file or page, "exec")
        if file:
            with urllib.request.urlopen(file) as answer:
                text = re.sub("(?m)^# %% .*", "", answer.read().decode())
            assert text.startswith(program.rstrip())


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
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-"],
        input=clipboard(snippet),
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(printed(output)) <= set(run.stdout.splitlines())


def printed(output: str) -> list[str]:
    """Leave out warnings: a program of another name words them otherwise."""
    return [line for line in output.splitlines() if ".py:" not in line]
