"""Read a drawing again: where its boxes and lines are."""

from __future__ import annotations

import re
from xml.etree import ElementTree

SPACE = "{http://www.w3.org/2000/svg}"


def parse(svg):
    """The element of a drawing."""
    return ElementTree.fromstring(svg)


def kinds(svg):
    """The classes of all elements, in order."""
    return [element.get("class") for element in parse(svg).iter()]


def texts(svg, kind=None):
    """The texts of a drawing, or those of a class."""
    return [
        element.text
        for element in parse(svg).iter(f"{SPACE}text")
        if kind in (None, element.get("class"))
    ]


def boxes(svg):
    """The boxes of tensors, objects and nodes: left, top, width, height."""
    found = []
    for element in parse(svg).iter():
        kind = (element.get("class") or "").split()
        if element.tag == f"{SPACE}rect" and {"tensor", "array"} & {*kind}:
            found.append([float(element.get(s)) for s in ("x", "y", "width", "height")])
        elif "node" in kind:
            x, y, across, cut, _, down = (
                float(n) for n in re.findall(r"-?[\d.]+", element.get("d"))[:6]
            )
            found.append([x - cut, y, across + 2 * cut, down + 2 * cut])
    return found


def ways(svg, *of):
    """The lines of some classes: for each, points along it."""
    return [
        [*_points(element.get("d"))]
        for element in parse(svg).iter(f"{SPACE}path")
        if element.get("class") in of
    ]


def _points(d):
    """Points along a path of M, V and C."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MVC])([-\d. ]+)", d):
        values = [float(n) for n in numbers.split()]
        if command == "M":
            x, y = values
            yield x, y
        elif command == "V":
            for step in range(1, 11):
                yield x, y + (values[0] - y) * step / 10
            y = values[0]
        else:
            x1, y1, x2, y2, x3, y3 = values
            for step in range(1, 11):
                t = step / 10
                a, b, c, e = (
                    (1 - t) ** 3,
                    3 * t * (1 - t) ** 2,
                    3 * t**2 * (1 - t),
                    t**3,
                )
                yield a * x + b * x1 + c * x2 + e * x3, a * y + b * y1 + c * y2 + e * y3
            x, y = x3, y3


def assert_apart_and_inside(svg):
    """No two boxes of a drawing overlap, and none leaves it."""
    root, found = parse(svg), boxes(svg)
    assert found
    for index, (x, y, w, h) in enumerate(found):
        assert x >= 2 and y >= 2
        assert x + w <= float(root.get("width")) - 2
        assert y + h <= float(root.get("height")) - 2
        for x2, y2, w2, h2 in found[index + 1 :]:
            apart = x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
            assert apart, (x, y, x2, y2)
