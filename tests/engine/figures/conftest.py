"""What the tests of drawings share: data as a run takes it, and words."""

from __future__ import annotations

import json

import pytest

from sitebuild.words import read_languages
from tests.conftest import ROOT

DATA = ROOT / "tests/engine/snapshots/figures"
# So that a picture can be looked at by itself; the site's style sheet has more.
STYLE = """\
<style>
:root { --chart-ink: black; --chart-grid: silver; --chart-1: gray; --chart-2: navy;
  --chart-3: chocolate }
svg { background: white; font: 12px monospace }
.name, .code { font-weight: bold } .name, .value { font-size: 13px }
.note, .tick { font-size: 11px } .hot { fill: firebrick }
rect, .node, path { fill: white; stroke: gray } .node { fill: aliceblue }
.node.hot { fill: mistyrose; stroke: firebrick }
.leaf { fill: honeydew; stroke: green; stroke-width: 3 }
.constant { stroke-dasharray: 2 3 } .array { fill: cornsilk } .storage { fill: whitesmoke }
.cell.hot { fill: mistyrose; stroke: firebrick; stroke-width: 3 }
.place { fill: aliceblue } .place.many { stroke-width: 2.5 }
.flow, .saved, .cut, .cut-mark, .stop { fill: none; stroke: navy }
.flow-head { fill: navy } .saved-head { fill: purple }
.saved { stroke: purple; stroke-dasharray: 2 4 }
.cut, .cut-mark { stroke: crimson } .cut { stroke-dasharray: 6 4 }
</style>"""


@pytest.fixture(scope="session")
def words():
    """The words of each language."""
    languages, _ = read_languages(ROOT)
    return {code: language.words for code, language in languages.items()}


@pytest.fixture(params=["ja", "en"])
def language(request, words):
    """The words of one language after the other."""
    return words[request.param]


def data(name):
    """The data of a figure: tests/engine/run/test_capture.py holds it."""
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


def names(kind):
    """The names of all data of a kind."""
    return sorted(file.stem for file in DATA.glob(f"{kind}-*.json"))


@pytest.fixture
def picture(snapshot):
    """A function: compare a drawing with a file, which has colours and lines."""

    def compare(name, svg):
        start, _, rest = svg.partition(">")
        snapshot(
            f"figures/{name}.svg",
            f"{start}>\n{STYLE}{rest}".replace("><", ">\n<") + "\n",
        )

    return compare
