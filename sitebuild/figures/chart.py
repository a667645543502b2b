"""Draw lines of numbers as inline SVG that follows the reader's colour scheme."""

from __future__ import annotations

import io
import statistics
import warnings
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from sitebuild.figures.svg import dump, visible, width

_SIZE = 11  # of text
_INK, _GRID = "#0000aa", "#0000bb"
_LINES = [f"#00000{digit}" for digit in range(1, 8)]
_COLORS = {  # what matplotlib is told -> what the style sheet knows
    _INK: "var(--chart-ink)",
    _GRID: "var(--chart-grid)",
    **{color: f"var(--chart-{line})" for line, color in enumerate(_LINES, 1)},
}
_STYLE = {
    "svg.fonttype": "none",  # text stays text
    "text.parse_math": False,  # a dollar is a dollar
    "font.size": _SIZE,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _GRID,
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "lines.markersize": 3,
}
_WIDE, _HIGH = 7.0, 4.0  # of the plot and its axes, in inches of 72
_SAMPLE = 40  # the room for a line beside its label in the legend


def lines(
    name: str,
    x: Sequence[float],
    samples: Mapping[str, Sequence[Sequence[float]]],
    *,
    xlabel: str,
    ylabel: str,
    description: str,
    log: tuple[bool, bool] = (True, True),
    colors: slice = slice(None),
) -> str:
    """Return a chart of medians with their range, as SVG.

    At each place on the x axis each label has samples: the values of all rounds.
    `log` says whether x and y are logarithmic; `colors`, which of the seven to
    take, of which the first is a baseline's, a grey. `name` makes the ids unique
    on the page; equal numbers give equal bytes.
    """
    # matplotlib comes with the first chart: it takes half a second to import.
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()  # importing perfplot changes some of them
        matplotlib.rcParams.update({**_STYLE, "svg.hashsalt": name})
        # The reader's fonts draw the text; matplotlib's need not have it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure, axes = plt.subplots(figsize=(_WIDE, _HIGH))
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        drawn = []
        for by_place, color in zip(samples.values(), _LINES[colors]):
            if any(len(rounds) > 1 for rounds in by_place):
                low, high = [*map(min, by_place)], [*map(max, by_place)]
                axes.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)
            medians = [statistics.median(rounds) for rounds in by_place]
            drawn += axes.plot(x, medians, color=color, marker="o")
        if log[0]:
            axes.set_xscale("log", base=2)
            axes.locator_params(axis="x", numticks=6)  # more long numbers meet
        if log[1]:
            axes.set_yscale("log")
        elif axes.dataLim.ymin >= 0:
            axes.set_ylim(bottom=0)
        y = [value for by_place in samples.values() for r in by_place for value in r]
        for axis, label, values in ((axes.xaxis, xlabel, x), (axes.yaxis, ylabel, y)):
            axis.set_major_formatter(_number)
            # Between powers of ten only where there is room, and need.
            small = max(values) < 10 * min(values)
            axis.set_minor_formatter(_part if small else NullFormatter())
            axis.set_label_text(visible(label))
        axes.grid(axis="y")
        # Above the plot, where a narrow screen shows it before it scrolls, in the
        # order of the lines at their right ends.
        order = sorted(drawn, key=lambda line: -line.get_ydata()[-1])
        labels = [visible(label) for label in samples]
        longest = max(width(label, _SIZE) for label in labels) + _SAMPLE
        legend = axes.legend(
            order,
            ["x"] * len(order),  # a label of matplotlib's own means more than itself
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=max(1, int(72 * 0.6 * _WIDE / longest)),
        )
        for line, text in zip(order, legend.get_texts()):
            text.set_text(labels[drawn.index(line)])
        written = io.StringIO()
        unknown = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", bbox_inches="tight", metadata=unknown)
        plt.close(figure)
    root = _inline(ElementTree.fromstring(written.getvalue()))
    return dump(root, name, f"{ylabel} – {xlabel}", description)


def _number(value: float, _: int | None = None) -> str:
    """Write the number of a tick."""
    return f"{value:,.10g}"


def _part(value: float, _: int | None = None) -> str:
    """Write the number of a tick if it begins with 2, 3 or 5."""
    return _number(value) if f"{value:e}"[0] in "235" else ""


def _inline(root: ElementTree.Element) -> ElementTree.Element:
    """Make a whole file of matplotlib's a part of a page.

    Its style sheet would hold for the page; its fonts and colours are the
    page's; its ids would meet those of other charts, unless they are made from
    a salt: those are what refers to something.
    """
    for parent in [*root.iter()]:
        for child in [*parent]:
            if child.tag.endswith("}style"):
                parent.remove(child)
    text = ElementTree.tostring(root, encoding="unicode")
    for element in root.iter():
        element.tail = None  # space that matplotlib indents with
        element.tag = element.tag.rpartition("}")[2]
        for key in [*element.attrib]:
            if key.startswith("{"):  # xlink:href, which is now href
                element.set(key.rpartition("}")[2], element.attrib.pop(key))
        if f"#{element.get('id')}" not in text:
            element.attrib.pop("id", None)
        if style := element.get("style"):
            rules = dict(rule.split(": ", 1) for rule in style.split("; "))
            rules.pop("font-family", None)
            kept = (f"{key}: {_COLORS.get(v, v)}" for key, v in rules.items())
            element.set("style", "; ".join(kept))
    root.set("xmlns", "http://www.w3.org/2000/svg")
    for side in ("width", "height"):
        root.set(side, root.get(side, "").removesuffix("pt"))
    return root
