"""One language of the site, as MkDocs holds it: configuration, theme, files, pages.

MkDocs builds a whole site or nothing. So that `serve` can render one page
again, its steps are taken here, in the order of `mkdocs.commands.build`: what
all pages share is loaded once, and kept.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import re
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from material.plugins.search.plugin import SearchIndex
from mkdocs.commands.build import _build_theme_template, get_context
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.files import File, get_files, set_exclusions
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import write_file

from sitebuild.faults import Fault, UnreadableError
from sitebuild.maker import notebook
from sitebuild.maker.plugin import ShowRuns
from sitebuild.pages.outline import address
from sitebuild.programs.notebook import name
from sitebuild.project import Project, Run
from sitebuild.words import ROOT_CONFIG, Language

_QUOTED = re.compile(r"""['"]([^'"\n]+)['"]""")
# What the search leaves out; inside of it is no other element of its kind.
_OUT = re.compile(r"<(div|dl|form)\b[^>]* data-search-exclude>.*?</\1>", re.S)
_PRE, _SPAN = re.compile(r"<pre.*?</pre>", re.S), re.compile(r"</?span[^>]*>")
_LINE = re.compile(r"\bline (\d+)")


class _Warnings(logging.Handler):
    """Keeps messages, also when a plugin configures logging, which flushes handlers."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextlib.contextmanager
def reported(project: Project, language: Language) -> Iterator[list[Fault]]:
    """Collect what MkDocs warns of, and why it gives up: each is a fault.

    An error that has become a fault ends the ``with`` block, and no more.
    """
    faults: list[Fault] = []
    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")  # and its plugins
    logger.addHandler(warnings)
    try:
        yield faults
    except (Abort, MkDocsException) as error:
        faults.append(_of_mkdocs(project, language, str(error)))
    except TemplateError as error:
        faults.append(_of_theme(project, error))
    finally:
        logger.removeHandler(warnings)
    messages = dict.fromkeys(warnings.messages)
    faults += [_of_mkdocs(project, language, message) for message in messages]


def _of_theme(project: Project, error: TemplateError) -> Fault:
    """Return the fault of the line of a template at which it fails."""
    frame = next(
        frame
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if frame.filename.endswith((".html", ".xml")) or frame.name == "load"
    )
    path = getattr(error, "filename", None) or frame.filename
    line = getattr(error, "lineno", None) or frame.lineno or 1
    text = f"{type(error).__name__}: {error}"
    return Fault.of(os.path.relpath(path, project.root), line, "theme", text=text)


def _of_mkdocs(project: Project, language: Language, message: str) -> Fault:
    """Return a fault of the page that a message names, or of the configuration."""
    pages = project.pages[language.code]
    named = _QUOTED.findall(message)
    slug = next((word for word in named if word in pages), "")
    path = pages[slug].path if slug else language.config
    places = (
        (file, number)
        for file in dict.fromkeys([path, ROOT_CONFIG])
        for word in named
        if word != slug
        for number, text in enumerate(
            (project.root / file).read_text(encoding="utf-8").splitlines(), 1
        )
        if word in text
    )
    path, line = next(places, (path, 1))
    if given := _LINE.search(message):
        line = int(given[1])
    return Fault.of(path, line, "site-generator", message=message)


def today() -> datetime.date:
    """Return the day that pages give: a build of old files can be repeated.

    Raises:
        UnreadableError: `SOURCE_DATE_EPOCH` is no time.
    """
    epoch, utc = os.environ.get("SOURCE_DATE_EPOCH"), datetime.timezone.utc
    try:
        seconds = int(epoch) if epoch else time.time()
        return datetime.datetime.fromtimestamp(seconds, utc).date()
    except (ValueError, OverflowError, OSError):
        raise UnreadableError(
            Fault.of("SOURCE_DATE_EPOCH", 1, "unreadable-time", epoch=epoch)
        ) from None


class Site:
    """The pages of one language, and all that MkDocs needs to render one."""

    def __init__(self, run: Run, language: Language, to: Path, commit: str) -> None:
        """Load what all pages share; `to` is the folder of all languages' site."""
        os.environ["NO_MKDOCS_2_WARNING"] = "1"
        project = run.project
        self.language = language
        self.folder = to / language.prefix
        self._pages = project.pages[language.code]
        url = os.environ.get("SITE_URL", "")
        url += "/" if url and not url.endswith("/") else ""
        self._config = load_config(
            str(project.root / language.config),
            site_dir=str(self.folder),
            site_url=url + language.prefix if url else "",
            repo_url=run.repo_url or None,
            hooks=[],  # which refuses to build by itself
        )
        self._config.extra.update(
            words=language.words,
            environment=run.environment,
            date=today().isoformat(),
            commit=commit,
            site_root=url,
            to_root="../" if language.prefix else "",
            languages=list(project.languages.values()),
        )
        executed = {
            slug: self.folder / address(slug) / Path(slug).name
            for slug in self._pages
            if slug.endswith(".ipynb")
        }
        self._plugin = ShowRuns(run, language, executed)
        plugins = self._config.plugins
        plugins["sitebuild"] = self._plugin
        plugins.on_startup(command="build", dirty=False)
        plugins.on_config(self._config)
        search: Any = plugins["material/search"]
        search.search_index = _Index(**search.config)
        plugins.on_pre_build(config=self._config)
        files = get_files(self._config)
        self._env = self._config.theme.get_env()
        files.add_files_from_theme(self._env, self._config)
        self._files = plugins.on_files(files, config=self._config)
        set_exclusions(self._files, self._config)
        nav = get_navigation(self._files, self._config)
        self._nav = plugins.on_nav(nav, config=self._config, files=self._files)
        self._env = plugins.on_env(self._env, config=self._config, files=self._files)
        self._documents = list(self._files.documentation_pages())

    def render_singly(self, titles: dict[str, str]) -> None:
        """Prepare to render single pages: the others have these titles in menus.

        They do not go into the search index, which takes a third of a page's time.
        """
        for file in self._documents:
            _page(file).title = titles[file.src_uri]
        search: Any = self._config.plugins["material/search"]
        search.search_index.add_entry_from_context = lambda page: None

    def build(self) -> dict[str, str]:
        """Write all pages and what lies beside them; return their HTML by file."""
        for file in self._documents:
            self._read(file)
        self._files.copy_static_files()
        for template in self._config.theme.static_templates:
            if template != "sitemap.xml" or self._config.site_url:
                _build_theme_template(
                    template, self._env, self._files, self._config, self._nav
                )
        # It holds a time, and says nothing that sitemap.xml does not.
        (self.folder / "sitemap.xml.gz").unlink(missing_ok=True)
        missing = (self.folder / "404.html").read_text(encoding="utf-8")
        written = {f"{self.language.prefix}404.html": missing}
        for file in self._documents:
            written[self.language.prefix + file.dest_uri] = self._fill(file)
        self._config.plugins.on_post_build(config=self._config)
        return written

    def titles(self) -> dict[str, str]:
        """Return the titles of all pages as menus have them, by slug."""
        return {file.src_uri: _page(file).title or "" for file in self._documents}

    def page(self, run: Run, slug: str) -> str:
        """Write one page as it is now; return its HTML."""
        self._plugin.run = run
        file = self._files.src_uris[slug]
        self._read(file)
        return self._fill(file)

    def _read(self, file: File) -> None:
        """Turn a page's Markdown, or its notebook, into its content."""
        config, files, plugins = self._config, self._files, self._config.plugins
        page = _page(file)
        if file.src_uri in self._plugin.executed:
            project = self._plugin.run.project
            notebook.execute(
                project.root / self._pages[file.src_uri].path,
                self._plugin.run.results.get(name(file.src_uri)),
                self._plugin.executed[file.src_uri],
            )
        page = plugins.on_pre_page(page, config=config, files=files)
        page.read_source(config)
        page.markdown = plugins.on_page_markdown(
            page.markdown or "", page=page, config=config, files=files
        )
        page.render(config, files)
        page.content = plugins.on_page_content(
            page.content or "", page=page, config=config, files=files
        )

    def _fill(self, file: File) -> str:
        """Write a page: its content in the theme's template; return the HTML."""
        config, plugins = self._config, self._config.plugins
        page = _page(file)
        page.active = True
        context = get_context(self._nav, self._documents, config, page)
        template = self._env.get_template(page.meta.get("template", "main.html"))
        context = plugins.on_page_context(
            context, page=page, config=config, nav=self._nav
        )
        html: str = template.render(context)
        html = plugins.on_post_page(html, page=page, config=config)
        page.active = False
        write_file(html.encode(), file.abs_dest_path)
        return html


class _Index(SearchIndex):  # type: ignore[misc]
    """Material's search index, which looks at each token in vain.

    At those of a program, and of a table that it is to leave out.
    """

    def add_entry_from_context(self, page: MkDocsPage) -> None:
        """Add the sections of a page."""
        content = page.content or ""
        page.content = _PRE.sub(
            lambda found: _SPAN.sub("", found[0]), _OUT.sub("", content)
        )
        super().add_entry_from_context(page)
        page.content = content


def _page(file: File) -> MkDocsPage:
    """Return the page of a documentation file, which always has one."""
    assert file.page is not None
    return file.page
