"""The command line: ``python -m sitebuild build`` and its kin.

Contributors use it through nox, which installs what is needed first.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from sitebuild import build, record


def main() -> int:
    """Do what the command line asks for; return an exit status."""
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
    root = Path.cwd()
    # Asked to end, it tidies up first, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if arguments.command == "build":
        to = (root / arguments.to).resolve()
        return build.build(
            root,
            to,
            measure=not arguments.no_measure,
            strict=not arguments.other_torch,
        )
    if arguments.command == "serve":
        from sitebuild.serve import serve

        return serve(root, arguments.port)
    if arguments.command == "record":
        return record.record(root)
    return build.check_only(root)


if __name__ == "__main__":
    sys.exit(main())
