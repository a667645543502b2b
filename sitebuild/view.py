"""Where something is shown: on which page, in which language; and the templates."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from sitebuild.figures.svg import visible
from sitebuild.pages.outline import address
from sitebuild.project import Run
from sitebuild.words import Language, Words


@dataclass(frozen=True)
class View:
    """A place on a page of the site that is being built."""

    run: Run
    language: Language
    slug: str  # of the page
    root: str  # the way from the page's address to the root of the site: "../"
    number: int = 0  # of the fence on its page; makes ids unique

    @property
    def words(self) -> Words:
        """The words of the page's language."""
        return self.language.words

    @property
    def pages(self) -> str:
        """The way from the page's address to the root of its language."""
        return self.root + self.language.prefix

    def render(self, template: str, **values: Any) -> Markup:
        """Fill in a template of `sitebuild/templates`: ``show.html.jinja``.

        The template knows this view as `view`, and its words as `words`.
        """
        text = _templates().get_template(template)
        return Markup(text.render(view=self, words=self.words, **values))


@functools.cache
def _templates() -> Environment:
    """Return the templates: what is filled in is escaped, nothing may be missing."""
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (address, breakable, code, fill, inline, program)
    found.filters |= {function.__name__: function for function in filters}
    return found


def _final(value: object) -> str:
    """Return what a template fills in; of HTML all texts have been here before."""
    return value if isinstance(value, Markup) else visible(str(value))


def breakable(name: str) -> Markup:
    """Return a name that a narrow screen may break after ``/``, ``_`` and ``.``."""
    return Markup("<wbr>").join(re.split(r"(?<=[/_.])", visible(name)))


def code(text: str) -> Markup:
    """Return a text as code."""
    return Markup("<code>{}</code>").format(visible(text))


def inline(markdown: str) -> Markup:
    """Return a line of Markdown as HTML: plain words, and code in backticks."""
    escaped = str(escape(visible(markdown)))
    return Markup(re.sub(r"(`+) ?(.+?) ?\1", r"<code>\2</code>", escaped))


def fill(words: str, **values: Any) -> Markup:
    """Fill in the placeholders of words; a value that is HTML stays HTML."""
    return escape(words).format(**{name: _final(v) for name, v in values.items()})


@functools.cache
def program(text: str) -> Markup:
    """Return a program as highlighted HTML; each is in it once per build."""
    marked = highlight(visible(text), PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup(
        '<div class="highlight" tabindex="0"><pre>'
        f'<code class="language-python">{marked.rstrip()}</code></pre></div>'
    )
