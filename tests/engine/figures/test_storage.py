"""The picture of storages shows what was taken, and its description says it."""

from __future__ import annotations

import copy

import pytest

from sitebuild.figures import storage
from sitebuild.figures.svg import width
from tests.engine.figures.conftest import data, names
from tests.engine.figures.shapes import assert_apart_and_inside, kinds, parse, texts

MAPS = names("map")


@pytest.mark.parametrize("name", MAPS)
def test_a_map_is_drawn_as_it_was(name, words, picture, snapshot):
    before = data("map-before") if name == "map-after" else None
    drawn = storage.draw(data(name), words["en"].storage, "figure", before)
    picture(name, drawn.svg)
    said = []
    for language in words.values():
        found = storage.draw(data(name), language.storage, "figure", before)
        said += [*(part.text for part in parse(found.svg)[:2]), *found.legend, ""]
    snapshot(f"figures/{name}.txt", "\n".join(said))


@pytest.mark.parametrize("name", MAPS)
def test_boxes_do_not_overlap(name, language):
    assert_apart_and_inside(storage.draw(data(name), language.storage, "f").svg)


@pytest.mark.parametrize("name", MAPS)
def test_a_value_and_an_index_stay_in_their_cells(name, words):
    svg = storage.draw(data(name), words["en"].storage, "f").svg
    box = None
    for element in parse(svg).iter():
        kind = (element.get("class") or "").split()
        if {"cell", "place"} & {*kind}:
            box = float(element.get("x")), float(element.get("width"))
        elif "value" in kind or (
            box and "small" in kind and element.get("text-anchor")
        ):
            half = width(element.text, 13 if "value" in kind else 12) / 2
            middle = float(element.get("x"))
            assert box[0] < middle - half and middle + half < box[0] + box[1]


@pytest.mark.parametrize("name", MAPS)
def test_an_index_stands_below_its_element(name, words):
    cells, places = set(), []
    for element in parse(storage.draw(data(name), words["en"].storage, "f").svg):
        kind = (element.get("class") or "").split()
        if "cell" in kind:
            cells.add(float(element.get("x")))
        elif "place" in kind:
            places.append(float(element.get("x")) - 2)  # it is narrower
    for place in places:
        assert min(abs(place - cell) for cell in cells) < 0.2


def test_what_differs_from_the_picture_before_has_changed():
    before, after = data("map-before"), data("map-after")
    assert storage.changed(after, before) == {(0, 0)}
    assert storage.changed(after, after) == set()
    assert storage.changed(after, None) == set()
    stranger = copy.deepcopy(before)
    for thing in stranger["objects"]:
        thing["names"] = ["other"]
    assert storage.changed(after, stranger) == set()


def test_signs_that_do_not_occur_are_not_explained(words):
    said = words["en"].storage
    legend = said.legend
    assert storage.draw(data("map-counter"), said, "f").legend == []
    assert storage.draw(data("map-views"), said, "f").legend == [legend.counter]
    after = storage.draw(data("map-after"), said, "f", data("map-before")).legend
    assert after == [legend.counter, legend.changed]
    assert legend.times in storage.draw(data("map-expanded"), said, "f").legend


def test_an_old_torch_cannot_tell_counters_apart(words):
    """Then their versions are shown without letters."""
    views = copy.deepcopy(data("map-views"))
    for thing in views["objects"]:
        thing["counter"] = None
    drawn = storage.draw(views, words["en"].storage, "f")
    assert "version 0" in texts(drawn.svg)
    assert drawn.legend == []


def test_objects_are_told_by_their_frames(words):
    svg = storage.draw(data("map-arrays"), words["en"].storage, "f").svg
    found = [kind for kind in kinds(svg) if (kind or "").split()[:1] == ["tensor"]]
    assert found == ["tensor constant"]
    assert kinds(svg).count("array") == 3
    svg = storage.draw(data("map-views"), words["en"].storage, "f").svg
    found = [kind for kind in kinds(svg) if (kind or "").split()[:1] == ["tensor"]]
    assert found == [
        "tensor leaf",
        "tensor constant",
        "tensor constant",
        "tensor non-leaf",
        "tensor non-leaf",
    ]


def test_what_a_storage_holds_cannot_break_its_picture(language):
    found = copy.deepcopy(data("map-names"))
    bad = '"><script>&\x00\x1b\u202e'
    found["objects"][0]["names"][0] = found["names"][0] = bad
    found["objects"][0]["type"] = found["storages"][0]["values"][0] = bad
    svg = storage.draw(found, language.storage, "f").svg
    assert "script" not in {element.tag for element in parse(svg).iter()}
    assert texts(svg).count('"><script>&\\x00\\x1b\\u202e') == 3
    assert not any(char in svg for char in "\x00\x1b\u202e")
