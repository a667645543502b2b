"""The command line: ``python -m sitebuild build`` and its kin.

Contributors use it through nox, which installs what is needed first.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from sitebuild.faults import UnreadableError
from sitebuild.run.runner import Runner


def main() -> int:
    """Do what the command line asks for; return an exit status."""
    # Asked to end, by whatever signal, it tidies up first.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    parser = argparse.ArgumentParser(prog="python -m sitebuild")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build both languages, strictly")
    building.add_argument("--to", type=Path, default=Path("site"), help="the folder")
    building.add_argument(
        "--no-measure",
        action="store_true",
        help="show the last benchmark measurement instead of a new one",
    )
    building.add_argument(
        "--other-torch",
        action="store_true",
        help="show exceptions that the snippets do not announce, with a note here",
    )
    serving = commands.add_parser("serve", help="build, serve, and follow edits")
    serving.add_argument("--port", type=int, default=8000)
    commands.add_parser("check", help="check pages and snippets; render nothing")
    commands.add_parser("record", help="record what the snippets print here")
    arguments = parser.parse_args()
    try:
        return _do(arguments, Path.cwd())
    except UnreadableError as error:  # without which nothing can be built
        print(error, file=sys.stderr)
    except OSError as error:  # a full disk, a folder that may not be written to
        print(f"cannot go on: {error}", file=sys.stderr)
    return 1


def _do(arguments: argparse.Namespace, root: Path) -> int:
    if arguments.command == "record":
        from sitebuild.record import record

        return record(root)
    with Runner() as runner:  # which imports torch while we import the rest
        if arguments.command == "serve":
            from sitebuild.serve import serve

            return serve(root, arguments.port, runner)
        from sitebuild import build

        if arguments.command == "check":
            return build.check_only(root, runner)
        to = (root / arguments.to).resolve()
        measure, strict = not arguments.no_measure, not arguments.other_torch
        return build.build(root, to, runner, measure=measure, strict=strict)


if __name__ == "__main__":
    sys.exit(main())
