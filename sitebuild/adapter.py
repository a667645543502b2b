"""The one place that knows MkDocs, Material, mkdocs-jupyter and markdown-exec.

MkDocs loads this file as a hook (see ``hooks`` in mkdocs.yml). It finds what
was run in `BUILD`, which `sitebuild.build` fills before it calls MkDocs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown_exec import base_format, formatters
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from sitebuild import notebook, pages, render

_CJK = r"[\u3001-\u30ff\u3400-\u9fff\uff00-\uff60]"
_CJK_BREAK = re.compile(rf"(?<={_CJK})\n(?={_CJK})")
_NO_PROSE = re.compile(r"(<pre.*?</pre>|<[^>]*>)", re.S)  # code and attributes


@dataclass
class Build:
    """What the hooks of one MkDocs build work with."""

    site: render.Site | None = None
    language: str = ""
    notebooks: dict[str, Path] = field(default_factory=dict)  # executed, by slug
    titles: dict[str, str] = field(default_factory=dict)  # of pages not rendered
    count: int = 0  # of the fences on the current page so far
    root: str = ""  # the way from the current page to the root of the site


# MkDocs loads a hook under a name of its own, which makes a second module of
# this file; the state lives on the one that everybody imports.
def _state() -> Build:
    from sitebuild import adapter

    return adapter.BUILD


BUILD = Build()


def _run(code: str, **options: Any) -> str:
    """Be markdown-exec's runner: give what the fence's call asks for."""
    build = _state()
    if build.site is None:
        return ""
    try:
        # `options` has markdown-exec's own beside those of the fence's header.
        asked = {name: options[name] for name in options if name in pages.FIGURES}
        call = pages.parse_call(code, asked)
    except ValueError:  # reported, with its line, by `pages.check`
        return ""
    build.count += 1
    return render.fence(build.site, call, build.language, build.root, build.count)


def _format(code: str, md: Markdown, **options: Any) -> str:
    return base_format(
        language="python", run=_run, code=code, md=md, **{**options, "html": True}
    )


def on_config(config: MkDocsConfig) -> None:
    """Put our runner in the place of markdown-exec's own for Python."""
    if _state().site is None:
        raise PluginError(
            "the snippets have not been run: build with `nox -s docs` or "
            "`python -m sitebuild build`, not with mkdocs itself"
        )
    formatters["python"] = _format


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Let mkdocs-jupyter read the executed notebooks; publish the assets once."""
    build = _state()
    for file in files:
        executed = build.notebooks.get(file.src_uri)
        if executed:
            original = getattr(file, "file", file)  # mkdocs-jupyter wraps files
            original.abs_src_path = str(executed)
    for asset in sorted(Path("docs/assets").iterdir()):
        files.append(
            File.generated(config, f"assets/{asset.name}", content=asset.read_bytes())
        )


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> None:
    """Name the pages that `serve` does not render anew this time."""
    for page in nav.pages:
        if page.file.src_uri in _state().titles:
            page.title = _state().titles[page.file.src_uri]


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> None:
    """Remember the way to the root of the site for the links of this page."""
    _locate(page, config)
    _state().count = 0


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Dress a notebook, add the claims explained, join lines between CJK characters."""
    build = _state()
    _locate(page, config)
    if page.file.src_uri.endswith(".ipynb") and build.site:
        html = notebook.dress(
            html,
            build.notebooks[page.file.src_uri],
            page,
            build.language,
            build.root,
            build.site,
        )
    if build.site:
        html += render.about(build.site, page.file.src_uri, build.language, build.root)
    return "".join(
        part if part.startswith("<") else _CJK_BREAK.sub("", part)
        for part in _NO_PROSE.split(html)
    )


def _locate(page: Page, config: MkDocsConfig) -> None:
    depth = page.url.rstrip("./").count("/") + 1 if page.url.strip("./") else 0
    _state().root = "../" * depth + config.extra["to_root"]
