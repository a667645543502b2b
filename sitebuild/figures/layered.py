"""Lay out a directed graph without cycles in layers, as text is read: downwards.

The usual four steps: each vertex one layer below the lowest of those that lead
to it; a chain of waypoints for an edge that crosses layers; an order in each
layer, by barycentres, with few crossings; and places as near as possible to
the neighbours' without overlap. The same graph gives the same layout.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

GAP_X, GAP_Y = 26.0, 42.0  # between boxes, between layers
_WAYPOINT = 8.0  # the width that an edge takes on its way through a layer
_SWEEPS = 12


@dataclass
class Box:
    """A vertex: its size, and, once laid out, where it is."""

    width: float
    height: float
    foot: float = 0  # the part of the height that lies below the box itself
    x: float = 0  # of its middle
    y: float = 0  # of its upper side
    layer: int = 0


@dataclass
class Edge:
    """An arrow from box to box.

    `start` and `end` say where it leaves and arrives, to the right of the
    middle of the box; `points` is its way, once laid out: it runs straight
    down from each even point to the next.
    """

    source: int
    target: int
    start: float = 0
    end: float = 0
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class _Link:
    """A piece of an edge between two neighbouring layers."""

    upper: int
    lower: int
    start: float
    end: float
    weight: float


def arrange(boxes: list[Box], edges: list[Edge]) -> None:
    """Give every box its place and every edge its points."""
    _layers(boxes, edges)
    lowest = max(box.layer for box in boxes)
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    for number, box in enumerate(boxes):
        if number not in ends:  # what stands alone stands with the leaves
            box.layer = lowest
    tops: list[float] = []
    heights = [
        max(box.height for box in boxes if box.layer == layer)
        for layer in range(max(box.layer for box in boxes) + 1)
    ]
    for layer, _ in enumerate(heights):
        tops.append(sum(heights[:layer]) + layer * GAP_Y)

    points = list(boxes)  # boxes, then waypoints
    links: list[_Link] = []
    ways: list[list[int]] = []
    for edge in edges:
        way = [edge.source]
        for layer in range(boxes[edge.source].layer + 1, boxes[edge.target].layer):
            way.append(len(points))
            points.append(Box(_WAYPOINT, heights[layer], layer=layer))
        way.append(edge.target)
        ways.append(way)
        for upper, lower in zip(way, way[1:]):
            start = edge.start if upper == edge.source else 0
            end = edge.end if lower == edge.target else 0
            inner = upper >= len(boxes) and lower >= len(boxes)
            links.append(_Link(upper, lower, start, end, 8 if inner else 1))

    rows = _order(points, links, len(heights))
    _spread(points, links, rows)
    left = min(
        point.x - (point.width / 2 if number < len(boxes) else 0)
        for number, point in enumerate(points)
    )
    for point in points:
        point.x -= left
        point.y = tops[point.layer]
    for edge, way in zip(edges, ways):
        source, target = boxes[edge.source], boxes[edge.target]
        edge.points = [(source.x + edge.start, source.y + source.height - source.foot)]
        for number in way[:-1]:
            layer = points[number].layer
            x = points[number].x + (edge.start if number == edge.source else 0)
            if number != edge.source:
                edge.points.append((x, tops[layer]))
            edge.points.append((x, tops[layer] + heights[layer]))
        edge.points.append((target.x + edge.end, target.y))


def _layers(boxes: list[Box], edges: list[Edge]) -> None:
    for _ in boxes:  # the longest path has fewer edges than there are boxes
        moved = False
        for edge in edges:
            least = boxes[edge.source].layer + 1
            if boxes[edge.target].layer < least:
                boxes[edge.target].layer, moved = least, True
        if not moved:
            return


def _order(points: list[Box], links: list[_Link], count: int) -> list[list[int]]:
    """Return the points of each layer from left to right, with few crossings."""
    below: dict[int, list[int]] = {}
    for link in sorted(links, key=lambda link: link.start):
        below.setdefault(link.upper, []).append(link.lower)
    rows: list[list[int]] = [[] for _ in range(count)]
    seen: set[int] = set()

    def visit(point: int) -> None:
        if point in seen:
            return
        seen.add(point)
        rows[points[point].layer].append(point)
        for other in below.get(point, []):
            visit(other)

    targets = {link.lower for link in links}
    for point in range(len(points)):
        if point not in targets:
            visit(point)

    best, least = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        near: dict[int, list[float]] = {}
        for layer in range(count) if down else range(count - 1, -1, -1):
            row = rows[layer]
            place = {point: index for index, point in enumerate(row)}
            row.sort(
                key=lambda point: (
                    sum(near[point]) / len(near[point])
                    if point in near
                    else place[point]
                )
            )
            place = {point: index for index, point in enumerate(row)}
            for link in links:
                if down and link.upper in place:
                    at = place[link.upper] + link.start / points[link.upper].width
                    near.setdefault(link.lower, []).append(at)
                elif not down and link.lower in place:
                    at = place[link.lower] + link.end / points[link.lower].width
                    near.setdefault(link.upper, []).append(at)
        crossings = _crossings(rows, links)
        if crossings < least:
            best, least = [list(row) for row in rows], crossings
    return best


def _crossings(rows: list[list[int]], links: list[_Link]) -> int:
    """Count the pairs of links that cross: their ends are in another order."""
    place = {point: index for row in rows for index, point in enumerate(row)}
    layer = {point: number for number, row in enumerate(rows) for point in row}
    ends: dict[int, list[tuple[tuple[float, float], tuple[float, float]]]] = {}
    for link in links:
        ends.setdefault(layer[link.upper], []).append(
            ((place[link.upper], link.start), (place[link.lower], link.end))
        )
    count = 0
    for pairs in ends.values():
        lower: list[tuple[float, float]] = []
        for _, end in sorted(pairs):
            at = bisect.bisect_right(lower, end)
            count += len(lower) - at
            lower.insert(at, end)
    return count


def _spread(points: list[Box], links: list[_Link], rows: list[list[int]]) -> None:
    """Give every point its x: near its neighbours, in the order of its row."""
    for row in rows:
        x = 0.0
        for point in row:
            points[point].x = x + points[point].width / 2
            x += points[point].width + GAP_X
    wishes: list[list[tuple[int, float, float]]] = [[] for _ in points]
    for link in links:
        wishes[link.upper].append((link.lower, link.end - link.start, link.weight))
        wishes[link.lower].append((link.upper, link.start - link.end, link.weight))
    for sweep in range(4 * _SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted, weights = [], []
            for point in row:
                total = sum(weight for _, _, weight in wishes[point])
                wanted.append(
                    sum(
                        (points[other].x + offset) * weight
                        for other, offset, weight in wishes[point]
                    )
                    / total
                    if total
                    else points[point].x
                )
                weights.append(total or 0.01)
            _fit(points, row, wanted, weights)


def _fit(
    points: list[Box], row: list[int], wanted: list[float], weights: list[float]
) -> None:
    """Move a row's points to the places wanted, as near as the order allows.

    That is the least sum of squares under distances that must be kept: blocks
    of points that touch are merged until none overlap.
    """
    blocks: list[list[float]] = []  # place of the first, weight, points
    offsets = [0.0]
    for a, b in zip(row, row[1:]):
        apart = (points[a].width + points[b].width) / 2 + GAP_X
        offsets.append(offsets[-1] + apart)
    for place, offset, weight in zip(wanted, offsets, weights):
        blocks.append([place - offset, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            place_b, weight_b, count_b = blocks.pop()
            place_a, weight_a, count_a = blocks.pop()
            whole = weight_a + weight_b
            middle = (place_a * weight_a + place_b * weight_b) / whole
            blocks.append([middle, whole, count_a + count_b])
    index = 0
    for place, _, count in blocks:
        for _ in range(int(count)):
            points[row[index]].x = place + offsets[index]
            index += 1
