"""The picture of a graph shows what was taken, and its description says it."""

from __future__ import annotations

import copy
import re

import pytest

from sitebuild.figures import autograd
from tests.engine.figures.conftest import data, names
from tests.engine.figures.shapes import (
    assert_apart_and_inside,
    boxes,
    kinds,
    parse,
    texts,
    ways,
)

GRAPHS = names("graph")


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_is_drawn_as_it_was(name, words, picture, snapshot):
    drawn = autograd.draw(data(name), words["en"].autograd, "figure")
    picture(name, drawn.svg)
    said = []
    for language in words.values():
        found = autograd.draw(data(name), language.autograd, "figure")
        said += [*(part.text for part in parse(found.svg)[:2]), *found.legend, ""]
    snapshot(f"figures/{name}.txt", "\n".join(said))


def test_a_graph_in_japanese_has_room_for_its_words(words, picture):
    drawn = autograd.draw(data("graph-retained"), words["ja"].autograd, "figure")
    picture("graph-retained.ja", drawn.svg)


@pytest.mark.parametrize("name", GRAPHS)
def test_boxes_do_not_overlap_and_lines_go_around_them(name, language):
    svg = autograd.draw(data(name), language.autograd, "f").svg
    assert_apart_and_inside(svg)
    found, wide = boxes(svg), float(parse(svg).get("width"))
    for way in ways(svg, "flow", "saved"):
        for px, py in way[1:-1]:
            assert 0 < px < wide
            for x, y, w, h in found:
                assert not (x + 1 < px < x + w - 1 and y + 1 < py < y + h - 1)


@pytest.mark.parametrize("name", GRAPHS)
def test_arrows_lead_from_a_box_down_to_a_box(name, language):
    svg = autograd.draw(data(name), language.autograd, "f").svg
    found = boxes(svg)
    for way in ways(svg, "flow", "saved"):
        (x, y), (x2, y2) = way[0], way[-1]
        assert any(
            left <= x <= left + w and abs(y - top - h) < 0.2
            for left, top, w, h in found
        )
        assert any(
            left <= x2 <= left + w and abs(y2 - top) < 0.2 for left, top, w, h in found
        )


def description(name, words):
    return parse(autograd.draw(data(name), words, "f").svg)[1].text


@pytest.mark.parametrize("name", GRAPHS)
def test_both_languages_say_the_same_facts(name, words):
    known = r"[A-Za-z]+Backward\d|AccumulateGrad|\.grad|None|True|False|-?\d+\.\d+"
    ja, en = (
        sorted(re.findall(known, description(name, words[code].autograd)))
        for code in ("ja", "en")
    )
    assert ja == en != []


def test_what_is_saved_leaves_on_the_side_of_the_input_without_a_node(words):
    """In ``x * w`` that is the left one, in ``w * u`` the right one."""
    graph = data("graph-sides")
    svg = autograd.draw(graph, words["en"].autograd, "f").svg
    found = boxes(svg)
    sides = []
    for way in ways(svg, "saved"):
        (x, y) = way[0]
        (box,) = [
            (left, w)
            for left, top, w, h in found
            if abs(y - top - h) < 0.2 and left < x < left + w
        ]
        sides.append(x < box[0] + box[1] / 2)
    assert sorted(sides) == [False, True]


def test_what_stands_alone_stands_with_the_leaves(words):
    svg = autograd.draw(data("graph-apart"), words["en"].autograd, "f").svg
    tops = {}
    for name, (_, top, _, _) in zip(texts(svg, "name"), boxes(svg)):
        tops[name] = top
    assert tops["x"] == max(tops.values())


def test_signs_that_do_not_occur_are_not_explained(words):
    legend = words["en"].autograd.legend
    plain = autograd.draw(data("graph-alone"), words["en"].autograd, "f").legend
    assert plain == [legend.constant]
    seed = autograd.draw(data("graph-seed"), words["en"].autograd, "f").legend
    assert seed == [
        legend[kind]
        for kind in ("arrow", "leaf", "non-leaf", "constant", "node", "saved", "none")
    ]


def test_a_leaf_is_told_from_a_constant_and_from_a_result(words):
    svg = autograd.draw(data("graph-seed"), words["en"].autograd, "f").svg
    found = [kind for kind in kinds(svg) if (kind or "").startswith("tensor")]
    assert sorted(found) == ["tensor constant"] + ["tensor leaf"] * 2 + [
        "tensor non-leaf"
    ]


def test_what_a_graph_holds_cannot_break_its_picture(language):
    graph = copy.deepcopy(data("graph-twice"))
    bad = '"><script>&\x00\x1b\u202e'
    graph["nodes"][0]["name"] = graph["tensors"][0]["names"][0] = graph["names"][0] = (
        bad
    )
    svg = autograd.draw(graph, language.autograd, "f").svg
    root = parse(svg)
    assert "script" not in {element.tag for element in root.iter()}
    assert '"><script>&\\x00\\x1b\\u202e' in texts(svg)
    assert not any(char in svg for char in "\x00\x1b\u202e")
    assert_apart_and_inside(svg)
