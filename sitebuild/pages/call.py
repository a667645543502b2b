"""One fence: the call in it, and the figures that its header asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FIGURES = ("graph", "storage", "table", "chart")  # asked for in a fence's header
VALUES = {  # those of them that are written `variable: title | title`
    "table": 'write table="rows: title | title", a title for each key of its rows',
    "chart": 'write chart="data: title of x | title of y"',
}

_OPTION = re.compile(r"""([A-Za-z][\w-]*)=(?:"([^"]*)"|'([^']*)')""")
_PANEL = re.compile(r"(?:([a-z0-9-]+):\s+)?(\S.*)$")
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")
_VALUE = re.compile(r"\s*([A-Za-z_]\w*):(.+)$", re.S)


@dataclass(frozen=True)
class Panel:
    """One drawing: of these variables, when that section ends."""

    names: tuple[str, ...]
    section: str = ""  # if not given, the one that the fence shows

    def __str__(self) -> str:
        """Return the panel as a page writes it."""
        return f"{self.section}: " * bool(self.section) + " ".join(self.names)


@dataclass(frozen=True)
class Figure:
    """One figure: ``graph="y"``, ``storage="before: w z | w z"``.

    Or values with titles: ``table="rows: title | title"``. The titles are in
    the page's language, so figures that differ only in them are equal.
    """

    kind: str
    panels: tuple[Panel, ...]  # side by side
    titles: tuple[str, ...] = field(default=(), compare=False)
    columns: int = 0  # how many titles there are

    def __str__(self) -> str:
        """Return the figure as a page writes it."""
        if self.titles:
            return f'{self.kind}="{self.panels[0]}: {" | ".join(self.titles)}"'
        return f'{self.kind}="{" | ".join(map(str, self.panels))}"'


@dataclass(frozen=True)
class Form:
    """How pages write one call: all that this room knows of what it shows."""

    name: str  # "show"
    usage: str  # 'show("topic/name")'
    parts: tuple[str, ...] = ()  # of what is not one program: the first argument
    topics: tuple[str, ...] = ()  # the further arguments, at least one of these
    section: bool = False  # takes `section="name"`
    figures: bool = False
    prose: str = ""  # a keyword for a text in the page's language


@dataclass(frozen=True)
class Call:
    """What one executed fence asks for: ``show("detach/x", section="y")``."""

    function: str
    program: str = ""  # the name of the program that is shown,
    part: str = ""  # or a part of what is not one program
    section: str = ""
    topics: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    # In the page's language, so no less equal in another.
    prose: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return the call, and the figures, as a page writes them."""
        section = f', section="{self.section}"' if self.section else ""
        texts = (self.program or self.part, *self.topics)
        named = ", ".join(f'"{text}"' for text in texts)
        return " ".join([f"{self.function}({named}{section})", *map(str, self.figures)])


def parse_figures(options: Mapping[str, str]) -> tuple[Figure, ...]:
    """Read the figures that a fence's header asks for.

    A panel is the names of its variables; two panels, parted by a bar, stand
    side by side. ``before: w`` is `w` at the end of the section `before`.
    For a table or a chart it is one variable, and titles after a colon.
    Raises `ValueError`, which says how it is written, for anything else.
    """
    figures = []
    for kind, text in options.items():
        if kind in VALUES:
            value = _VALUE.match(text)
            titles = [title.strip() for title in value[2].split("|")] if value else []
            if not value or not all(titles) or (kind == "chart" and len(titles) != 2):
                raise ValueError(VALUES[kind])
            panel = Panel((value[1],))
            figures.append(Figure(kind, (panel,), tuple(titles), len(titles)))
            continue
        if kind not in FIGURES:
            raise ValueError(f"write one of {', '.join(FIGURES)}, not {kind!r}")
        panels = []
        for part in text.split("|"):
            found = _PANEL.match(part.strip())
            names = tuple(found[2].split()) if found else ()
            if not found or not all(_NAME.match(name) for name in names):
                raise ValueError(
                    f'write {kind}="y", {kind}="y z" or {kind}="section: y | y z"'
                )
            panels.append(Panel(names, found[1] or ""))
        figures.append(Figure(kind, tuple(panels)))
    return tuple(figures)


def options(header: str) -> dict[str, str]:
    """Return the options of a fence's header, but for `exec`.

    Raises `ValueError` for one that is written twice.
    """
    found: dict[str, str] = {}
    for name, double, single in _OPTION.findall(header):
        if name in found:
            raise ValueError(f"write `{name}` once, with all of its panels")
        found[name] = double or single
    found.pop("exec", None)
    return found


def parse(code: str, header: Mapping[str, str], forms: Mapping[str, Form]) -> Call:
    """Read the one call in a fence, and the figures in its header.

    Args:
        code: What stands in the fence.
        header: The options of its header, but for `exec`.
        forms: Of all calls that a page can make, by name.

    Raises:
        ValueError: It is none of them; the text says how one is written.
    """
    try:
        expression = ast.parse(code.strip(), mode="eval").body
        if not isinstance(expression, ast.Call) or not expression.args:
            raise ValueError
        function = ast.unparse(expression.func)
        first, *topics = (ast.literal_eval(value) for value in expression.args)
        keywords = {k.arg: ast.literal_eval(k.value) for k in expression.keywords}
    except (SyntaxError, ValueError, TypeError):
        function = ""
    form = forms.get(function)
    if form is None:
        raise ValueError("write " + " or ".join(f"`{f.usage}`" for f in forms.values()))
    allowed = {form.prose, "section" if form.section else ""}
    if (
        not all(isinstance(text, str) for text in (first, *topics, *keywords.values()))
        or not set(keywords) <= allowed
        or bool(topics) != bool(form.topics)
        or not set(topics) <= set(form.topics)
        or (form.parts and first not in form.parts)
    ):
        choice = form.parts or form.topics
        among = f", with one of: {', '.join(choice)}" if choice else ""
        raise ValueError(f"write `{form.usage}`{among}")
    figures = parse_figures(header)
    if figures and not form.figures:
        raise ValueError(f"figures are drawn of what `show` shows, not `{function}`")
    return Call(
        function,
        program="" if form.parts else first,
        part=first if form.parts else "",
        section=keywords.get("section", ""),
        topics=tuple(topics),
        figures=figures,
        prose=keywords.get(form.prose, ""),
    )
