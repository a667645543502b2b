"""A chart shows its lines, in the page's colours, and is alone on its page."""

from __future__ import annotations

import re

import matplotlib

from sitebuild.figures import chart
from tests.engine.figures.shapes import SPACE, parse, texts

X = [1, 2, 4]
SAMPLES = {
    "empty": [[1], [1], [1]],
    "clone()": [[10, 12, 11], [20, 24, 22], [45, 40, 30]],
    "<b> $x$": [[9, 9, 9], [90, 90, 90], [900, 900, 900]],
}
AXES = {"xlabel": "elements", "ylabel": "time [µs]", "description": "What it says."}


def drawn(samples=SAMPLES, name="c", x=X, **options):
    return chart.lines(name, x, samples, **{**AXES, **options})


def ticks(svg):
    return [text for text in texts(svg) if re.fullmatch(r"[\d.,]+", text)]


def test_a_chart_is_drawn_as_it_was(picture):
    picture("chart", drawn())


def test_equal_numbers_give_equal_bytes():
    assert drawn() == drawn()


def test_what_others_set_for_their_charts_changes_nothing():
    """As importing perfplot does."""
    before = drawn()
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True}):
        assert drawn() == before


def test_labels_stand_above_the_plot_in_the_order_of_the_lines_ends():
    svg = drawn()
    found = [text for text in texts(svg) if text in SAMPLES]
    assert found == ["<b> $x$", "clone()", "empty"]
    root = parse(svg)
    tops = {e.text: float(e.get("y")) for e in root.iter(f"{SPACE}text") if e.get("y")}
    lowest = max(y for text, y in tops.items() if text in SAMPLES)
    assert lowest < min(y for text, y in tops.items() if text in ticks(svg))
    long = drawn({"x" * 40: [[1], [2], [3]], "y" * 40: [[2], [3], [4]]})
    tops = [
        float(e.get("y")) for e in parse(long).iter(f"{SPACE}text") if len(e.text) == 40
    ]
    assert len(set(tops)) == 2, "one below the other: they are too long"
    assert float(parse(long).get("width")) < 540


def test_colours_are_those_of_the_page():
    svg = drawn()
    found = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", svg))
    assert found == {"none"} | {
        f"var(--chart-{name})" for name in ("ink", "grid", "1", "2", "3")
    }
    assert "var(--chart-1)" not in drawn(colors=slice(1, None))
    assert "var(--chart-4)" in drawn(colors=slice(1, None))
    assert "font-family" not in svg
    assert "<style" not in svg and "<metadata" not in svg


def test_the_text_of_a_label_is_not_taken_for_a_colour():
    svg = drawn({"#000001; fill: #0000aa": [[1], [2], [3]]})
    assert "#000001; fill: #0000aa" in texts(svg)


def test_only_lines_with_several_rounds_have_a_band():
    def bands(svg):
        return svg.count("fill-opacity: 0.2")

    assert bands(drawn()) == 2
    assert bands(drawn({"a": [[1], [2], [3]]})) == 0


def test_a_line_goes_through_the_medians():
    """The same chart comes of the medians alone, but for the band."""
    medians = {"a": [[1], [2], [30]], "ends": [[0], [50], [0]]}
    rounds = {**medians, "a": [[0.5, 9, 1], [2, 2, 2], [30, 29, 40]]}
    line = (
        r'<path d="(M [^"]*)" clip-path[^>]*style="fill: none; stroke: var\(--chart-1\)'
    )
    fixed = {"log": (False, False)}
    whole = re.search(line, drawn(medians, **fixed))[1]
    assert re.search(line, drawn(rounds, **fixed))[1] == whole


def test_ids_are_only_those_that_something_refers_to():
    svg = drawn()
    ids = re.findall(r' id="([^"]+)"', svg)
    for one in ids:
        assert re.search(rf"#{one}\b|aria-labelledby=\"[^\"]*{one}", svg)
    assert not {*ids} & {*re.findall(r' id="([^"]+)"', drawn(name="d"))}
    assert {*re.findall(r"#(\w+)", svg)} <= {*ids}
    assert "xlink" not in svg and "ns0" not in svg


def test_the_picture_can_be_scaled():
    root = parse(drawn())
    wide, high = float(root.get("width")), float(root.get("height"))
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert 400 < wide < 540 and 250 < high < 400
    assert root.tag == f"{SPACE}svg"


def test_an_axis_without_logarithms_begins_at_zero():
    """Else a small difference looks like a large one."""
    assert "0" in ticks(drawn({"a": [[90], [100], [95]]}, log=(False, False)))
    assert "-40" in texts(drawn({"a": [[-50], [50], [0]]}, log=(False, False)))


def test_a_logarithmic_axis_has_powers_and_parts_only_where_it_needs_them():
    fixed = {"x": [1, 1024, 2**20], "log": (True, True)}
    found = ticks(drawn({"a": [[1], [100], [10_000]]}, **fixed))
    assert {"10", "100", "1,000", "10,000", "65,536"} <= {*found}
    assert not {"20", "200", "500"} & {*found}
    found = ticks(drawn({"a": [[1.5], [7], [2]]}, **fixed))
    assert {"2", "3", "5"} <= {*found}
    assert "4" not in found and "7" not in found
    straight = ticks(drawn({"a": [[1], [100], [10_000]]}, log=(True, False)))
    assert "6,000" in straight


def test_long_numbers_below_the_plot_do_not_meet():
    x = [2**n for n in range(14, 23)]
    svg = drawn({"a": [[n + 1] for n, _ in enumerate(x)]}, x=x)
    found = sorted(
        (float(e.get("x")), len(e.text))
        for e in parse(svg).iter(f"{SPACE}text")
        if re.fullmatch(r"[\d,]{6,}", e.text)
    )
    assert len(found) > 2
    for (a, left), (b, right) in zip(found, found[1:]):
        assert b - a > (left + right) / 2 * 7


def test_the_text_alternative_names_the_axes():
    root = parse(drawn(description="a < b & \x00"))
    assert (root[0].text, root[1].text) == ("time [µs] – elements", "a < b & \\x00")
    assert root.get("aria-labelledby") == "c-title c-desc"
