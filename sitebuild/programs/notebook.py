"""A notebook as a snippet: its code cells are the sections of one program."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from sitebuild.faults import Fault, UnreadableError, wrong
from sitebuild.programs import text
from sitebuild.programs.snippet import Snippet, parse


def name(slug: str) -> str:
    """Return the name of the snippet that the notebook at `slug` is."""
    return "notebooks/" + slug.rpartition(".")[0]


def read(file: Path, root: Path) -> dict[str, Any]:
    """Return a notebook; raise `UnreadableError` if the file is none to show."""
    path = file.relative_to(root).as_posix()
    content = text.read(file, root)
    try:
        notebook: dict[str, Any] = json.loads(content)
        cells = [
            (cell["id"], cell["cell_type"], "".join(cell["source"]), cell)
            for cell in notebook["cells"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        line, what = getattr(error, "lineno", 1), f"cannot be read: {error!r}"
        advice = "save it as JSON in UTF-8, with an `id` in each cell"
        raise wrong(path, line, "unreadable", what=what, do=advice) from None
    seen: set[str] = set()
    for id_, kind, source, cell in cells:
        if id_ in seen:
            fault = "same-cell"
        elif kind == "code" and not source.strip():
            fault = "empty-cell"
        elif cell.get("outputs"):
            fault = "saved-output"
        else:
            seen.add(id_)
            continue
        places = [m.start() for m in re.finditer(f'"id": *{json.dumps(id_)}', content)]
        line = content.count("\n", 0, places[-1]) + 1 if places else 1
        raise wrong(path, line, fault, id=id_)
    return notebook


def read_all(root: Path) -> tuple[dict[str, Snippet], list[Fault]]:
    """Return the notebooks below `root`/docs as snippets, and what is wrong.

    The cells are the same in all languages (`sitebuild.pages.together` sees to
    that), so those of one language are run for all.
    """
    snippets: dict[str, Snippet] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for file in sorted((root / "docs").glob("*/**/*.ipynb")):
        slug = file.relative_to(root / "docs").as_posix().partition("/")[2]
        if slug in seen:
            continue
        seen.add(slug)
        path = file.relative_to(root).as_posix()
        source = ""
        try:
            source = "\n".join(
                f"# %% {cell['id']}\n" + "".join(cell["source"])
                for cell in read(file, root)["cells"]
                if cell["cell_type"] == "code"
            )
            snippets[name(slug)] = parse(name(slug), path, source)
        except UnreadableError as error:
            found = error.fault
            before = "\n".join(source.split("\n")[: found.line])
            cells = re.findall(r"(?m)^# %% (.+)$", before)
            if cells:  # the file has other lines than the program
                message = f"the code cell {cells[-1]!r}: {found.message}"
                found = replace(found, message=message)
            faults.append(found)
    return snippets, faults
