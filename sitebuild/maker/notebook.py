"""A page that is a notebook: executed like a snippet, dressed like a page.

The code cells of a notebook are the sections of one snippet (see
`sitebuild.programs.notebook`): run once for all languages, in a process of its
own, with the time limit and the checks of every other snippet, and without the
seconds that a Jupyter kernel takes to start. mkdocs-jupyter converts the
executed notebook; its page is then given the look of the others, and loses
575 KB of style sheet and a script on the way.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink

from sitebuild.pages.outline import address
from sitebuild.run.result import Result
from sitebuild.view import View


def execute(source: Path, result: Result | None, target: Path) -> None:
    """Write the notebook at `source`, with the outputs of `result`, to `target`.

    Where its run failed there is no result, and the copy has no outputs.
    """
    notebook: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        count += 1
        text = result.outputs.get(cell["id"], "") if result else ""
        cell["execution_count"] = count
        cell["outputs"] = [
            {
                "output_type": "stream",
                "name": "stdout",
                "text": text.splitlines(keepends=True),
            }
        ] * bool(text)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def dress(html: str, executed: Path, page: Page, view: View) -> str:
    """Return mkdocs-jupyter's `html` with our code blocks, headings and links.

    Headings take the id of their cell, the same in every language; links to
    ``.md`` files become links to pages, as MkDocs does elsewhere.
    """
    notebook: dict[str, Any] = json.loads(executed.read_text(encoding="utf-8"))
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    soup = BeautifulSoup(html, "html.parser")
    parts: list[str] = []
    ids: list[str] = []
    program = ""
    for block in soup.select('.jp-Notebook [id^="cell-id="]'):
        cell = cells[str(block["id"]).removeprefix("cell-id=")]
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            program += source.rstrip() + "\n\n"
            text = "".join("".join(found["text"]) for found in cell["outputs"])
            shown = view.render(
                "notebook_cell.html.jinja",
                number=cell["execution_count"],
                source=source,
                copied=program.rstrip() + "\n",
                text=text,
                raised="# raises " in source,
            )
            parts.append(shown)
            continue
        body = block.select_one(".jp-MarkdownOutput")
        assert body is not None
        for heading in body.select("h1, h2, h3"):
            heading["id"] = cell["id"]
            ids.append(cell["id"])
            anchor = heading.select_one("a.anchor-link")
            if anchor:
                anchor["href"], anchor["class"] = f"#{cell['id']}", "headerlink"
                anchor["aria-label"] = heading.get_text().removesuffix("¶")
                anchor.string = "#"
        for link in body.select("a[href]"):
            link["href"] = _address(str(link["href"]), page)
        parts.append("".join(str(child) for child in body.children))
        if len(ids) == 1 and len(parts) == 1:
            github = re.match(r"https://github\.com/([^/]+/[^/]+)", view.run.repo_url)
            links = view.render(
                "notebook_links.html.jinja",
                file=executed.name,
                repository=github[1] if github else "",
            )
            parts.append(links)
    for item, name in zip(_flat(page.toc.items), ids):
        item.id = name
    return "\n".join(parts)


def _flat(items: Iterable[AnchorLink]) -> Iterable[AnchorLink]:
    for item in items:
        yield item
        yield from _flat(item.children)


def _address(target: str, page: Page) -> str:
    """Turn ``detach.md#x`` into the address that page has from `page`."""
    found = re.fullmatch(r"([\w./-]+\.(?:md|ipynb))(#.*)?", target)
    if not found:
        return target
    slug = posixpath.join(posixpath.dirname(page.file.src_uri), found[1])
    there = address(posixpath.normpath(slug)) or "."
    return posixpath.relpath(there, page.url) + "/" + (found[2] or "")
