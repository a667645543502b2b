"""Draw charts once: matplotlib takes a second to start, and as long for ten charts."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sitebuild.figures import chart
from sitebuild.view import View

STORE = Path(".cache/charts")


def draw(
    view: View,
    name: str,
    x: Sequence[float],
    samples: Mapping[str, Sequence[Sequence[float]]],
    **more: Any,
) -> Markup:
    """Return what `sitebuild.figures.chart.lines` draws of these arguments.

    The drawing of each place on a page is kept, with all that it depends on.
    """
    depends = ascii((_drawing(), name, list(x), samples, more))
    key = hashlib.sha256(depends.encode()).hexdigest()
    place = f"{view.language.code}-{view.slug.replace('/', '-')}-{name}.svg"
    file = view.run.project.root / STORE / place
    if file.exists():
        kept, _, svg = file.read_text(encoding="utf-8").partition("\n")
        if kept == key:
            return Markup(svg)
    svg = chart.lines(name, x, samples, **more)
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(f"{key}\n{svg}", encoding="utf-8")
    os.replace(new, file)  # at once: a build may be interrupted
    return Markup(svg)


@functools.cache
def _drawing() -> list[str]:
    """Return what the drawing of all charts depends on."""
    room = sorted(Path(chart.__file__).parent.glob("*.py"))
    texts = [file.read_text(encoding="utf-8") for file in room]
    return [version("matplotlib"), *texts]
