"""What is written as SVG is well-formed, whatever it is to show."""

from __future__ import annotations

import pytest

from sitebuild.figures.svg import MARGIN, Svg, px, visible, width
from tests.engine.figures.shapes import SPACE, parse


def test_the_picture_is_as_large_as_what_is_in_it():
    svg = Svg("a")
    svg.box(10, 20, 100, 30, "b")
    root = parse(svg.dump("f", "t", "d"))
    assert (root.get("width"), root.get("height")) == ("113", "53")
    assert root.get("viewBox") == "0 0 113 53"
    svg.text(100, 200, "xx", "c")
    root = parse(svg.dump("f", "t", "d"))
    assert root.get("width") == str(int(100 + width("xx") + MARGIN))
    assert root.get("height") == "207"
    svg = Svg("a")
    svg.text(100, 10, "x" * 20, "c", middle=True)
    assert parse(svg.dump("f", "t", "d")).get("width") == str(
        int(100 + width("x" * 20) / 2 + MARGIN)
    )
    svg.chamfered(300, 300, 10, 20, "n")
    svg.cover([(5, 400)])
    root = parse(svg.dump("f", "t", "d"))
    assert (root.get("width"), root.get("height")) == ("313", "403")


def test_the_text_alternative_is_found_by_its_ids():
    svg = Svg("figure-svg a")
    svg.path("M0 0", "b")
    root = parse(svg.dump("figure-1", "A title", "A description"))
    assert root.get("class") == "figure-svg a"
    assert (root.get("role"), root.get("aria-labelledby")) == (
        "img",
        "figure-1-title figure-1-desc",
    )
    found = [(part.tag.removeprefix(SPACE), part.get("id"), part.text) for part in root]
    assert found[:2] == [
        ("title", "figure-1-title", "A title"),
        ("desc", "figure-1-desc", "A description"),
    ]


@pytest.mark.parametrize("bad", ['"', "'", "<b>", "&amp;", "]]>", "\x00", "\ud800"])
def test_no_text_and_no_attribute_breaks_it(bad):
    svg = Svg(f"a {visible(bad)}")
    svg.text(0, 0, bad, visible(bad))
    root = parse(svg.dump(f"f{visible(bad)}", bad, bad))
    assert {element.tag for element in root} == {
        SPACE + tag for tag in ("title", "desc", "text")
    }
    assert [element.text for element in root] == [visible(bad)] * 3


def test_what_cannot_be_seen_is_written_as_python_writes_it():
    assert visible("日本\u3000語 a\u00a0b\tc\n") == "日本\u3000語 a\u00a0b\tc\n"
    assert visible("a\x1b[31m\r\u202eb\u2028\ud800\uffff") == (
        "a\\x1b[31m\\r\\u202eb\\u2028\\ud800\\uffff"
    )


def test_coordinates_are_to_a_tenth_of_a_pixel():
    assert [px(n) for n in (3, 3.04, 3.06, -0.5, 10.0)] == [
        "3",
        "3",
        "3.1",
        "-0.5",
        "10",
    ]


def test_wide_characters_take_more_room():
    assert width("日本") == pytest.approx(1.66 * width("ab"))
    assert width("ab", 24) == 2 * width("ab", 12)


def test_arrowheads_point_down_or_to_the_right():
    svg = Svg("a")
    svg.arrowhead(10, 20, "h")
    svg.arrowhead(10, 20, "h", right=True)
    root = parse(svg.dump("f", "t", "d"))
    assert [path.get("d") for path in root.iter(f"{SPACE}path")] == [
        "M10 20l-4 -7h8z",
        "M10 20l-7 -4v8z",
    ]
