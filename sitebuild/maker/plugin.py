"""The plugin that puts what was run on MkDocs' pages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown_exec import base_format, formatters
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from sitebuild.fences import FENCES, FORMS
from sitebuild.maker import notebook
from sitebuild.pages import call
from sitebuild.project import Run
from sitebuild.view import View
from sitebuild.words import Language

_CJK = r"[\u3001-\u30ff\u3400-\u9fff\uff00-\uff60]"
_CJK_BREAK = re.compile(rf"(?<={_CJK})\n(?={_CJK})")
_NO_PROSE = re.compile(r"(<pre.*?</pre>|<[^>]*>)", re.S)  # code and attributes


class ShowRuns(BasePlugin):  # type: ignore[type-arg,no-untyped-call]
    """Shows a run on the pages of one language."""

    def __init__(self, run: Run, language: Language, executed: dict[str, Path]) -> None:
        """Prepare to render; `executed` is where executed notebooks are, by slug."""
        self.run, self.executed = run, executed
        self._language = language
        self._view = View(run, language, "", "")  # of the last fence so far

    def _fence(self, code: str, **options: Any) -> str:
        """Be markdown-exec's runner: give what the fence's call asks for."""
        # `options` has markdown-exec's own beside those of the fence's header.
        asked = {name: options[name] for name in options if name in call.FIGURES}
        try:
            found = call.parse(code, asked, FORMS)
        except ValueError:
            return ""  # a fault of its page, which is reported
        if found.program and found.program not in self.run.project.programs:
            return ""  # reported too
        self._view = replace(self._view, number=self._view.number + 1)
        return FENCES[found.function].render(found, self._view)

    def _format(self, code: str, md: Markdown, **options: Any) -> str:
        options["html"] = True
        return base_format(
            language="python", run=self._fence, code=code, md=md, **options
        )

    def on_files(self, files: Files, config: MkDocsConfig) -> None:
        """Let mkdocs-jupyter read executed notebooks; publish the assets once."""
        for file in list(files):
            if file.src_uri in self.executed:
                original = getattr(file, "file", file)  # mkdocs-jupyter wraps files
                original.abs_src_path = str(self.executed[file.src_uri])
            elif file.src_uri.endswith(".map"):  # for the makers of the theme
                files.remove(file)
        for asset in sorted((self.run.project.root / "docs/assets").iterdir()):
            content = asset.read_bytes()
            name = f"assets/{asset.name}"
            files.append(File.generated(config, name, content=content))

    def on_page_markdown(
        self, markdown: str, page: Page, config: MkDocsConfig, files: Files
    ) -> None:
        """Be markdown-exec's runner for Python, for the fences that come now."""
        formatters["python"] = self._format
        depth = page.url.rstrip("./").count("/") + 1 if page.url.strip("./") else 0
        root = "../" * (depth + bool(self._language.prefix))
        self._view = View(self.run, self._language, page.file.src_uri, root)

    def on_page_content(
        self, html: str, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Dress a notebook, add what fences have for the end, join CJK lines."""
        if executed := self.executed.get(page.file.src_uri):
            html = notebook.dress(html, executed, page, self._view)
        html += "".join(fence.foot(self._view) for fence in FENCES.values())
        return "".join(
            part if part.startswith("<") else _CJK_BREAK.sub("", part)
            for part in _NO_PROSE.split(html)
        )
