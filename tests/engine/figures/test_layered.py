"""Boxes lie in layers: below what leads to them, apart, near their neighbours."""

from __future__ import annotations

from itertools import combinations

from sitebuild.figures.layered import GAP_X, GAP_Y, Box, Edge, arrange
from sitebuild.figures.svg import MARGIN


def laid_out(count, *pairs, width=50.0, height=20.0):
    boxes = [Box(width, height) for _ in range(count)]
    edges = [Edge(boxes[a], boxes[b]) for a, b in pairs]
    arrange(boxes, edges)
    return boxes, edges


def crossings(edges):
    """How many pairs of edges between the same two layers cross."""
    return sum(
        (a.source.x - b.source.x) * (a.target.x - b.target.x) < 0
        for a, b in combinations(edges, 2)
        if a.source.layer == b.source.layer and a.target.layer == b.target.layer
    )


def test_a_box_lies_one_layer_below_the_lowest_that_leads_to_it():
    boxes, _ = laid_out(4, (2, 3), (0, 1), (1, 2), (0, 3))
    assert [box.layer for box in boxes] == [0, 1, 2, 3]
    assert [box.y for box in boxes] == [MARGIN + n * (20 + GAP_Y) for n in range(4)]


def test_a_box_without_edges_lies_with_the_lowest():
    boxes, _ = laid_out(3, (0, 1))
    assert [box.layer for box in boxes] == [0, 1, 1]


def test_the_only_box_lies_in_the_corner():
    (box,), _ = laid_out(1)
    assert (box.x, box.y) == (MARGIN + 25, MARGIN)


def test_boxes_of_a_layer_keep_their_distance_and_stand_around_their_neighbour():
    boxes, _ = laid_out(4, (0, 1), (0, 2), (0, 3))
    places = sorted(box.x for box in boxes[1:])
    assert [b - a for a, b in zip(places, places[1:])] == [50 + GAP_X] * 2
    assert boxes[0].x == places[1]
    assert places[0] == MARGIN + 25


def test_an_edge_over_layers_is_straight_between_them():
    """Rather a bend at its ends than on its way."""
    boxes, edges = laid_out(7, (0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (0, 5), (5, 6))
    way = edges[4].points
    inner = [x for x, _ in way[2:-1]]
    assert len(inner) == 6
    assert max(inner) - min(inner) < 1
    for box in boxes[1:4]:
        assert abs(inner[0] - box.x) > box.width / 2 + 8


def test_an_edge_leaves_and_arrives_where_it_is_told():
    boxes = [Box(100, 30, foot=10), Box(60, 20), Box(40, 50)]
    edge = Edge(boxes[0], boxes[1], start=-20, end=10)
    arrange(boxes, [edge, Edge(boxes[0], boxes[2])])
    assert edge.points[0] == (boxes[0].x - 20, boxes[0].y + 20)
    assert edge.points[-1] == (boxes[1].x + 10, boxes[1].y)
    # Straight down to the end of the layer, past what its highest box takes up.
    assert edge.points[1] == (boxes[0].x - 20, boxes[0].y + 30)


def test_where_an_edge_leaves_decides_who_stands_left():
    boxes = [Box(100, 20), Box(50, 20), Box(50, 20)]
    arrange(boxes, [Edge(boxes[0], boxes[1], 30), Edge(boxes[0], boxes[2], -30)])
    assert boxes[2].x < boxes[1].x


def test_boxes_stand_where_few_edges_cross():
    """Each of five sums adds one more to what all of them share."""
    pairs = [(0, n) for n in range(1, 6)]
    pairs += [pair for n in range(1, 6) for pair in ((n, 5 + n), (n, 11))]
    _, edges = laid_out(12, *pairs)
    assert crossings(edges) <= 6
    # Parents in one order, children in the other: they are turned around.
    _, edges = laid_out(6, (0, 5), (1, 4), (2, 3), (0, 4), (1, 3))
    assert crossings(edges) == 0


def test_boxes_never_overlap_however_they_are_pulled():
    """Ten wide boxes under two: all want the same places."""
    pairs = [(n % 2, n) for n in range(2, 12)]
    boxes, _ = laid_out(12, *pairs)
    row = sorted(boxes[2:], key=lambda box: box.x)
    for a, b in zip(row, row[1:]):
        assert b.x - a.x >= 50 + GAP_X - 1e-6


def test_equal_graphs_are_laid_out_alike():
    pairs = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]
    first, second = (laid_out(4, *pairs)[1] for _ in range(2))
    assert [edge.points for edge in first] == [edge.points for edge in second]
