"""Draw lines of numbers as inline SVG that follows the reader's colour scheme."""

from __future__ import annotations

import html
import io
import re
import statistics
import warnings
from collections.abc import Mapping, Sequence

_MARKERS = [f"#00000{digit}" for digit in range(1, 8)]
_INK = "#0000aa"
_GRID = "#0000bb"


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

    Args:
        name: Makes the ids of this chart unique on its page.
        x: The places on the x axis.
        samples: For each label, for each place, the values of all rounds.
        xlabel: The x axis, in the page's language.
        ylabel: The y axis, likewise.
        description: What the picture says, for those who do not see it.
        log: Whether the x axis and the y axis are logarithmic.
        colors: Those of the seven to take; the first is a baseline's, a grey.

    The colours are CSS variables (``--chart-1`` ...), the text stays text, and
    equal numbers give equal bytes.
    """
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    import matplotx

    style = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.family": "sans-serif",
        "font.size": 11,
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "axes.edgecolor": _GRID,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "grid.color": _GRID,
    }
    with matplotlib.rc_context(style), warnings.catch_warnings():
        # The reader's fonts draw the text; matplotlib's need not have it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure, axes = plt.subplots(figsize=(8.6, 4.4))
        for (label, by_place), color in zip(samples.items(), _MARKERS[colors]):
            if any(len(rounds) > 1 for rounds in by_place):
                axes.fill_between(
                    x,
                    [min(rounds) for rounds in by_place],
                    [max(rounds) for rounds in by_place],
                    color=color,
                    alpha=0.2,
                    linewidth=0,
                )
            axes.plot(
                x,
                [statistics.median(rounds) for rounds in by_place],
                color=color,
                marker="o",
                markersize=3,
                label=label,
            )
        if log[0]:
            axes.set_xscale("log", base=2)
        if log[1]:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        else:
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
            if axes.dataLim.ymin >= 0:
                axes.set_ylim(bottom=0)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        axes.grid(axis="y", linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        matplotx.line_labels(axes)
        drawn = io.StringIO()
        figure.savefig(
            drawn, format="svg", bbox_inches="tight", metadata={"Date": None}
        )
        plt.close(figure)

    svg = drawn.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.S)
    svg = re.sub(r'<g id="patch_1">.*?</g>', "", svg, count=1, flags=re.S)  # ground
    svg = re.sub(r'<g id="patch_2">.*?</g>', "", svg, count=1, flags=re.S)
    svg = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r"font: (\d+)px [^;\"]+", r"font-size: \1px", svg)
    for number, marker in enumerate(_MARKERS, 1):
        svg = svg.replace(marker, f"var(--chart-{number})")
    svg = svg.replace(_INK, "var(--chart-ink)").replace(_GRID, "var(--chart-grid)")
    title, text = f"{name}-title", f"{name}-description"
    return svg.replace(
        ">",
        f' role="img" aria-labelledby="{title} {text}">'
        f'<title id="{title}">{html.escape(ylabel)} – {html.escape(xlabel)}</title>'
        f'<desc id="{text}">{html.escape(description)}</desc>',
        1,
    )
