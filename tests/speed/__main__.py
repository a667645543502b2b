"""Measure, and print ratios with their targets."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.speed import edits, multiple, peers
from tests.speed.measure import in_turns

BUILD = ("-m", "sitebuild", "build", "--no-measure")
MKDOCS = ("-m", "mkdocs", "build", "--quiet")
SIZES, PAGES = (1, 4, 16), (4, 16, 64)
LIMIT = 1.1  # times what cannot be left out
EDIT = {1: 0.3, 4: 0.4, 16: 0.5}  # seconds


def cold(sizes: list[int]) -> None:
    """Compare a build with its limit: running the programs, rendering the pages."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            multiple.generate(root, size)
            configs = multiple.with_nothing_to_run(root)
            best = in_turns(
                {
                    "build": (BUILD, root),
                    "run": (("-c", multiple.ONE_PROCESS), root),
                    "render": (("-c", multiple.PLAIN_MKDOCS, *configs), root),
                },
                rounds=3 if size < 16 else 2,
            )
        run, render = best["run"].seconds, best["render"].seconds
        print(
            f"{size:2}x: build {best['build'].seconds:.2f} s, "
            f"limit {run:.2f} + {render:.2f} s, "
            f"ratio {best['build'].seconds / (run + render):.2f} (target {LIMIT}), "
            f"largest process {best['build'].memory:.0f} MiB",
            flush=True,
        )


def against_peers(pages: list[int]) -> None:
    """Compare both languages of ours with one of markdown-exec, built twice."""
    for count in pages:
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = Path(folder) / "ours", Path(folder) / "theirs"
            peers.ours(ours, count)
            peers.theirs(theirs, count)
            best = in_turns(
                {"ours": (BUILD, ours), "theirs": (MKDOCS, theirs)}, rounds=3
            )
        mine, twice = best["ours"].seconds, 2 * best["theirs"].seconds
        print(
            f"{count:2} pages: build {mine:.2f} s, twice markdown-exec {twice:.2f} s, "
            f"ratio {mine / twice:.2f} (target 1)",
            flush=True,
        )


def of_edits(sizes: list[int]) -> None:
    """Measure from edit to page."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            multiple.generate(Path(folder), size)
            for path, seconds in edits.seconds(Path(folder)).items():
                print(
                    f"{size:2}x: {path}: best {min(seconds):.2f} s, "
                    f"worst {max(seconds):.2f} s (target {EDIT[size]} s)",
                    flush=True,
                )


def main() -> None:
    """Measure what the command line names, or all."""
    parser = argparse.ArgumentParser(prog="nox -s speed --")
    parser.add_argument("parts", nargs="*", help="of: cold, peers, edits")
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--pages", nargs="+", type=int, default=PAGES)
    arguments = parser.parse_args()
    parts = arguments.parts or ["cold", "peers", "edits"]
    if "cold" in parts:
        cold(arguments.sizes)
    if "peers" in parts:
        against_peers(arguments.pages)
    if "edits" in parts:
        of_edits([size for size in arguments.sizes if size != 4])


if __name__ == "__main__":
    main()
