"""Figures: what is taken down is true, what is drawn says it, on every page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from sitebuild import build, figures, graph, pages, storagemap, values
from sitebuild.run import Runner
from sitebuild.serve import Workshop
from sitebuild.snippets import parse
from tests.conftest import copy_project, sitebuild

SEED = """
import torch
x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
"""
CHAIN = SEED + "y = w\n" + "y = torch.sin(y) * b + y\n" * 14  # 44 nodes
LANGUAGES = ("ja", "en")


def capture(kind, names, source):
    namespace = {"__name__": "__main__"}
    exec(source, namespace)
    # What goes through JSON is what a page is drawn from.
    return json.loads(json.dumps(figures.capture(kind, names.split(), namespace)))


def edges(data):
    """The graph in a form to read: each node, and where it leads."""
    names = [node["name"] for node in data["nodes"]]
    return [
        (
            node["name"],
            [None if n is None else (names[n[0]], n[1]) for n in node["next"]],
        )
        for node in data["nodes"]
    ]


def tensor(data, name):
    return next(t for t in data["tensors"] if name in t["names"])


def saved(data, node):
    """What a node has saved: as what, and under which names."""
    found = next(n for n in data["nodes"] if n["name"] == node)
    return {
        s["as"]: None if s["tensor"] is None else data["tensors"][s["tensor"]]["names"]
        for s in found["saved"]
    }


def cuts(data):
    names = [t["names"] for t in data["tensors"]]
    return [(names[a], names[b]) for a, b in data["cuts"]]


# --- the graph, taken down -------------------------------------------------


def test_graph_of_the_seed_calculation():
    data = capture("graph", "y", SEED + "y = x * w + b")
    assert edges(data) == [
        ("AddBackward0", [("MulBackward0", 0), ("AccumulateGrad", 0)]),
        ("MulBackward0", [None, ("AccumulateGrad", 0)]),
        ("AccumulateGrad", []),
        ("AccumulateGrad", []),
    ]
    into = [data["tensors"][n["variable"]]["names"] for n in data["nodes"][2:]]
    assert into == [["b"], ["w"]]
    assert saved(data, "MulBackward0") == {"self": ["x"]}
    assert {n: tensor(data, n)["leaf"] for n in "xwby"} == {
        "x": True,
        "w": True,
        "b": True,
        "y": False,
    }
    assert [n for n in "xwby" if tensor(data, n)["requires_grad"]] == ["w", "b", "y"]


def test_graph_of_a_clone_goes_through_it_to_the_source():
    data = capture("graph", "y", SEED + "v = w.clone(); y = x * v + b")
    assert ("CloneBackward0", [("AccumulateGrad", 0)]) in edges(data)
    assert data["nodes"][tensor(data, "v")["node"]]["name"] == "CloneBackward0"
    assert saved(data, "MulBackward0") == {"self": ["x"]}
    assert data["cuts"] == []


def test_graph_of_a_tensor_used_twice_has_one_node_for_it():
    data = capture("graph", "y", SEED + "v = w * b; y = v * v + v")
    names = [name for name, _ in edges(data)]
    assert names.count("MulBackward0") == 2
    assert names.count("AccumulateGrad") == 2
    assert edges(data)[1][1] == [("MulBackward0", 0)] * 2
    assert saved(data, "MulBackward0") == {"self": ["v"], "other": ["v"]}


def test_graph_after_an_in_place_write_has_CopySlices():
    source = "import torch\nw = torch.ones(3, requires_grad=True)\n"
    data = capture("graph", "v", source + "v = w.clone(); v[0] = 7.0")
    assert edges(data)[0] == ("CopySlices", [("CloneBackward0", 0), None])


def test_graph_of_a_view_and_of_a_write_to_its_base():
    source = "import torch\nw = torch.ones(2, 2, requires_grad=True)\n"
    data = capture("graph", "row", source + "v = w * 1; row = v[0]")
    assert [name for name, _ in edges(data)][:2] == ["SelectBackward0", "MulBackward0"]
    data = capture("graph", "row", source + "v = w * 1; row = v[0]; v.mul_(2)")
    assert "MulBackward0" in [name for name, _ in edges(data)]


def test_graph_shows_retained_gradients_and_freed_values():
    source = "v = w.clone(); v.retain_grad(); y = x * w + v; y.backward()"
    data = capture("graph", "y", SEED + source)
    assert tensor(data, "v")["retains_grad"]
    assert tensor(data, "v")["grad"] == "[1.0]"
    assert tensor(data, "w")["grad"] == "[3.0]"
    assert tensor(data, "y")["grad"] is None
    freed = [s["state"] for n in data["nodes"] for s in n["saved"]]
    assert freed == ["freed"]


def test_graph_says_which_output_of_a_node_a_tensor_is():
    source = "import torch\nw = torch.ones(3, requires_grad=True)\n"
    data = capture("graph", "y", source + "a, b, c = w.unbind(); y = a * c")
    assert [tensor(data, n)["output"] for n in "abc"] == [0, 1, 2]
    assert len({tensor(data, n)["node"] for n in "abc"}) == 1
    assert edges(data)[0][1] == [("UnbindBackward0", 0), ("UnbindBackward0", 2)]
    for language, word in (("ja", "出力 2"), ("en", "output 2")):
        assert word in graph.render(data, language, "f")[0]


def test_graph_shows_a_detached_tensor_as_cut_from_its_source():
    data = capture("graph", "u z", SEED + "z = w.detach(); u = x * z + b")
    assert edges(data)[0] == ("AddBackward0", [None, ("AccumulateGrad", 0)])
    assert cuts(data) == [(["w"], ["z"])]
    assert tensor(data, "w")["node"] is None
    data = capture("graph", "y", SEED + "v = w.clone(); z = v.detach(); y = x * v")
    assert cuts(data) == [(["v"], ["z"])]


def test_graph_knows_a_saved_tensor_that_was_written_to():
    data = capture("graph", "y", SEED + "y = w * w; w.detach()[0] = 7.0")
    (state,) = {
        (s["state"], tuple(s["version"])) for n in data["nodes"] for s in n["saved"]
    }
    assert state == ("changed", (0, 1))
    with pytest.raises(RuntimeError, match="at version 1; expected version 0"):
        exec(SEED + "y = w * w; w.detach()[0] = 7.0; y.backward()", {})


def test_graph_names_the_parameters_of_a_module_and_own_results():
    source = "import torch\nlayer = torch.nn.Linear(2, 1)\n"
    data = capture("graph", "y", source + "y = layer(torch.ones(2)).exp()")
    assert tensor(data, "layer.weight")["leaf"]
    assert tensor(data, "layer.bias")["leaf"]
    assert saved(data, "ExpBackward0") == {"result": ["y"]}


def test_graph_of_two_results_shares_what_they_share():
    data = capture("graph", "y u", SEED + "v = w * b; y = v + x; u = v.exp()")
    assert [name for name, _ in edges(data)].count("MulBackward0") == 1
    assert data["roots"] == [0, 1]


def test_looking_changes_nothing_that_the_program_can_see():
    namespace = {}
    exec(SEED + "z = w.detach(); d = w.data; y = w * w", namespace)
    before = {n: namespace[n]._version for n in "wzdy"}
    node = namespace["y"].grad_fn
    figures.capture("graph", ["y", "z"], namespace)
    figures.capture("storage", ["w", "z", "d", "y"], namespace)
    assert {n: namespace[n]._version for n in "wzdy"} == before
    assert namespace["y"].grad_fn is node
    namespace["y"].backward()  # would raise, had a counter been left elsewhere
    assert namespace["w"].grad.tolist() == [2.0]


# --- the storage, taken down -----------------------------------------------


def storage_of(data):
    """For each name: its object, storage, counter and elements."""
    return {
        name: (index, o["storage"], o["counter"], [cell for cell, _ in o["places"]])
        for index, o in enumerate(data["objects"])
        for name in o["names"]
    }


def test_storage_of_one_object_with_two_names():
    data = capture("storage", "w v", SEED + "v = w.cpu()")
    assert len(data["objects"]) == 1
    assert data["objects"][0]["names"] == ["w", "v"]


def test_storage_of_detach_data_view_and_clone():
    data = capture(
        "storage",
        "w z d c v",
        "import torch\nw = torch.arange(4.0).requires_grad_()\n"
        "z = w.detach(); d = w.data; c = w.clone(); v = w[1:3]",
    )
    assert storage_of(data) == {
        "w": (0, 0, 0, [0, 1, 2, 3]),
        "z": (1, 0, 0, [0, 1, 2, 3]),
        "d": (2, 0, 1, [0, 1, 2, 3]),  # the same memory, a counter of its own
        "c": (3, 1, 2, [0, 1, 2, 3]),
        "v": (4, 0, 0, [1, 2]),
    }
    assert data["objects"][4]["offset"] == 1
    assert data["storages"][0]["values"] == ["0.0", "1.0", "2.0", "3.0"]


def test_equal_counters_are_not_taken_for_one():
    """Both stand at 1; a write to either leaves the other where it is."""
    source = SEED + "d = w.data; d[0] = 2.0\nwith torch.no_grad():\n    w[0] = 3.0"
    data = capture("storage", "w d", source)
    assert [o["version"] for o in data["objects"]] == [1, 1]
    assert [o["counter"] for o in data["objects"]] == [0, 1]


def test_storage_of_an_expanded_and_of_a_transposed_tensor():
    source = "import torch\ne = torch.ones(1, 2).expand(2, 2)\n"
    data = capture("storage", "e t", source + "t = torch.arange(6.0).view(2, 3).t()")
    e, t = data["objects"]
    assert e["places"] == [[0, [0, 0]], [1, [0, 1]], [0, [1, 0]], [1, [1, 1]]]
    assert e["strides"] == [0, 1]
    assert data["storages"][0]["size"] == 2
    assert [cell for cell, _ in t["places"]] == [0, 3, 1, 4, 2, 5]
    assert "×2" in storagemap.render(data, "en", "f")[0]


def test_storage_of_arrays_stands_with_the_tensors():
    source = SEED + "a = x.numpy(); c = a.copy(); r = w.detach().numpy()[::-1]"
    data = capture("storage", "x a c w r", source)
    assert {n: s[1] for n, s in storage_of(data).items()} == {
        "x": 0,
        "a": 0,
        "c": 1,
        "w": 2,
        "r": 2,
    }
    array = data["objects"][1]
    assert (array["type"], array["version"], array["counter"]) == ("ndarray",) + (
        None,
    ) * 2


def test_storage_of_arrays_alone_and_of_every_second_element():
    source = "import numpy as np\na = np.arange(6); b = a[::2]; c = a[1::2]"
    data = capture("storage", "b c", source)
    assert len(data["storages"]) == 1
    assert [cell for cell, _ in data["objects"][0]["places"]] == [0, 2, 4]
    assert [cell for cell, _ in data["objects"][1]["places"]] == [1, 3, 5]


def test_storage_without_data_and_a_large_one():
    source = "import torch\nm = torch.ones(2, device='meta'); n = m.clone()\n"
    data = capture("storage", "m n big", source + "big = torch.zeros(1000)")
    assert [s["values"] for s in data["storages"][:2]] == [["", ""]] * 2
    assert data["storages"][2]["size"] == 1000
    assert len(data["storages"][2]["values"]) == figures.CELL_LIMIT
    assert "976" in storagemap.render(data, "en", "f")[0]


def test_storage_of_one_memory_seen_in_two_ways():
    source = "import torch\nc = torch.ones(1, dtype=torch.complex64).conj()\n"
    data = capture(
        "storage", "c f i", source + "f = torch.ones(1); i = f.view(torch.int32)"
    )
    assert data["storages"][0]["values"] == ["1.0+0.0j"]
    assert data["objects"][0]["lazy"] == ["is_conj"]
    assert storage_of(data)["f"][1:3] == storage_of(data)["i"][1:3]
    drawn = storagemap.render(data, "en", "f")[0]
    assert "is_conj()=True" in drawn
    assert "int32" in drawn


def test_a_before_and_after_pair_marks_what_changed():
    first = capture("storage", "w z", SEED + "z = w.detach()")
    second = capture("storage", "w z", SEED + "z = w.detach(); z[0] = 2.0")
    assert storagemap.changed(second, first) == {(0, 0)}
    assert storagemap.changed(first, first) == set()
    assert 'class="cell hot"' in storagemap.render(second, "ja", "f", first)[0]


# --- drawn -----------------------------------------------------------------

DRAWN = {
    "seed": ("graph", "y", SEED + "y = x * w + b"),
    "twice": ("graph", "y", SEED + "v = w * b; y = v * v + v"),
    "cut": ("graph", "y z", SEED + "v = w.clone(); z = v.detach(); y = x * v + b"),
    "changed": ("graph", "y", SEED + "y = w * w; w.detach()[0] = 7.0"),
    "outputs": (
        "graph",
        "y",
        "import torch\nw = torch.ones(3, requires_grad=True)\n"
        "a, b, c = w.unbind(); y = a * b + c",
    ),
    "retained": (
        "graph",
        "y",
        SEED + "v = w.clone(); v.retain_grad(); y = x * w + v; y.backward()",
    ),
    "forty": ("graph", "y", CHAIN),
    "wide": (
        "graph",
        "y",
        SEED + "p = [w * i + b for i in range(8)]\ny = torch.stack(p).sum()",
    ),
    "maps": (
        "storage",
        "w z d c a t",
        SEED + "z = w.detach(); d = w.data; c = w.clone(); a = z.numpy()\n"
        "t = torch.arange(6.0).view(2, 3).t()",
    ),
}


def drawn(name, language):
    kind, names, source = DRAWN[name]
    data = capture(kind, names, source)
    module = graph if kind == "graph" else storagemap
    return module.render(data, language, "f")[0]


def boxes(svg):
    """The boxes of tensors and nodes: left, top, width, height."""
    found = [
        tuple(float(element.get(side)) for side in ("x", "y", "width", "height"))
        for element in svg.iter()
        if element.tag.endswith("rect") and "tensor" in element.get("class", "")
    ]
    return found + [
        tuple(map(float, element.get("data-box").split()))
        for element in svg.iter()
        if element.get("data-box")
    ]


def test_a_graph_of_forty_nodes_is_one():
    assert 40 <= len(capture("graph", "y", CHAIN)["nodes"]) <= figures.NODE_LIMIT
    too_large = capture("graph", "y", CHAIN + "y = torch.sin(y) * b + y\n" * 40)
    assert str(figures.NODE_LIMIT) in too_large["error"]


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("language", LANGUAGES)
def test_boxes_do_not_overlap_and_all_lies_inside(name, language):
    svg = ElementTree.fromstring(drawn(name, language))
    found = boxes(svg)
    assert len(found) > 2
    for index, (x, y, w, h) in enumerate(found):
        assert x >= 0 and y >= 0
        assert x + w <= float(svg.get("width"))
        assert y + h <= float(svg.get("height"))
        for x2, y2, w2, h2 in found[index + 1 :]:
            apart = x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
            assert apart, (x, y, x2, y2)


@pytest.mark.parametrize("name", [n for n, d in DRAWN.items() if d[0] == "graph"])
def test_no_line_of_a_graph_runs_through_a_box(name):
    svg = ElementTree.fromstring(drawn(name, "en"))
    found = boxes(svg)
    for path in svg.iter("{http://www.w3.org/2000/svg}path"):
        if path.get("class") not in ("flow", "saved"):
            continue
        for px, py in points(path.get("d")):
            assert 0 < px < float(svg.get("width"))
            inside = [
                box
                for box in found
                if box[0] + 1 < px < box[0] + box[2] - 1
                and box[1] + 1 < py < box[1] + box[3] - 1
            ]
            assert inside == []


def points(d):
    """Points along a path of M, V and C."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MVC])([-\d. ]+)", d):
        values = [float(n) for n in numbers.split()]
        if command == "M":
            x, y = values
        elif command == "V":
            for step in range(1, 10):
                yield x, y + (values[0] - y) * step / 10
            y = values[0]
        else:
            x1, y1, x2, y2, x3, y3 = values
            for step in range(1, 10):
                t = step / 10
                a, b, c, d_ = (
                    (1 - t) ** 3,
                    3 * t * (1 - t) ** 2,
                    3 * t**2 * (1 - t),
                    t**3,
                )
                yield (
                    a * x + b * x1 + c * x2 + d_ * x3,
                    a * y + b * y1 + c * y2 + d_ * y3,
                )
            x, y = x3, y3


@pytest.mark.parametrize("name", DRAWN)
def test_equal_programs_give_equal_bytes(name):
    assert drawn(name, "ja") == drawn(name, "ja")
    assert not re.search(r"0x[0-9a-f]{6}|\d{9}", drawn(name, "en"))


@pytest.mark.parametrize("name", DRAWN)
def test_the_descriptions_name_the_same_facts(name):
    kind, names, source = DRAWN[name]
    data = capture(kind, names, source)
    describe = (graph if kind == "graph" else storagemap).describe
    words = {}
    for language in LANGUAGES:
        text = describe(data, language)
        known = r"[A-Za-z]+Backward\d|AccumulateGrad|\.grad|None|True|False|-?\d+\.\d+"
        words[language] = sorted(re.findall(known, text))
        for tensor_name in names.split():
            assert re.search(rf"(?<![a-z]){tensor_name}(?![a-z])", text)
    assert words["ja"] == words["en"]
    assert len(words["ja"]) > 2


# --- values: tables and charts ----------------------------------------------

ROWS = """
rows = [
    {"operation": "exp", "input": False, "saved": 12345, "ratio": 1234.5, "x": None},
    {"operation": "a < b", "input": True, "saved": 0, "ratio": 0.1 + 0.2, "x": "c"},
]
"""
DATA = """
data = {
    "x": [1, 2, 4],
    "series": {"recorded": [10, 2000, 40000], "no_grad": [0, 0, 0.5]},
}
"""
TITLES = {"ja": ["演算", "入力", "バイト数", "比", "x"], "en": list("abcde")}


def strip(html):
    """The cells of a table: for each row, each with what stands before the tag."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<(t[hd][^>]*)>(.*?)</t[hd]>", row) for row in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_shows_each_kind_of_value_in_its_own_way(language):
    yes, no = values.WORDS[language]["yes"], values.WORDS[language]["no"]
    data = capture("table", "rows", ROWS)
    assert data["keys"] == ["operation", "input", "saved", "ratio", "x"]
    head, first, second = strip(values.table(data, TITLES[language], language))
    assert [text for _, text in head] == TITLES[language]
    assert all(tag.startswith('th scope="col"') for tag, _ in head)
    assert [tag for tag, _ in first] == [
        'th scope="row"',
        "td",
        'td class="number"',
        'td class="number"',
        "td",
    ]
    texts = [[text for _, text in row] for row in (first, second)]
    assert texts == [
        [
            "<code>exp</code>",
            f'<span class="n">{no}</span>',
            "12,345",
            "1,234.5",
            "–",
        ],
        [
            "<code>a &lt; b</code>",
            f'<span class="y">{yes}</span>',
            "0",
            "0.3",
            "<code>c</code>",
        ],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chart_says_its_numbers_to_those_who_do_not_see_it(language):
    data = capture("chart", "data", DATA)
    shown = values.chart(data, ["depth", "bytes"], language, "f")
    assert shown == values.chart(data, ["depth", "bytes"], language, "f")
    described = re.search(r"<desc[^>]*>(.*?)</desc>", shown, re.S)[1]
    for fact in ("recorded", "no_grad", "40,000", "0.5", "depth"):
        assert fact in described
    cells = [[text for _, text in row] for row in strip(shown)]
    assert cells == [
        ["depth", "recorded", "no_grad"],
        ["1", "10", "0"],
        ["2", "2,000", "0"],
        ["4", "40,000", "0.5"],
    ]
    assert 'tabindex="0"' in shown
    assert "var(--chart-3)" in shown
    assert "var(--chart-4)" not in shown


def test_an_axis_is_logarithmic_only_where_its_values_need_it():
    assert not values.logarithmic([1, 2, 100])
    assert values.logarithmic([1, 2, 101])
    assert not values.logarithmic([0, 1, 10_000])
    shown = {}
    for top in (100, 101):
        data = {"x": [1, 2, 3], "series": {"a": [1, 50, top]}}
        shown[top] = values.chart(data, ["x", "y"], "en", "f")
    assert ">100<" in shown[100].replace("\n", "")
    assert ">60<" in shown[100].replace("\n", "")  # a tick that only a linear axis has
    assert ">60<" not in shown[101].replace("\n", "")


def test_a_chart_without_logarithms_begins_at_zero():
    """Else a small difference looks like a large one."""
    data = {"x": [1, 2], "series": {"a": [90, 100]}}
    ticks = re.findall(r">([\d.]+)</text>", values.chart(data, ["x", "y"], "en", "f"))
    assert "0" in ticks


@pytest.mark.parametrize(
    ("kind", "source", "message"),
    [
        ("table", "cells = []", "there is no variable 'rows' among cells"),
        ("table", "rows = []", "not a list of dicts with something in it"),
        ("table", "rows = {'a': 1}", "not a list of dicts with something in it"),
        ("table", "rows = [1]", "not a list of dicts with something in it"),
        (
            "table",
            "rows = [{'a': 1}, {'b': 1}]",
            "rows[1] has ['b'], rows[0] has ['a']",
        ),
        ("table", "rows = [{'a': 1}, 2]", "rows[1] has int"),
        ("table", "rows = [{'a': [1]}]", "rows[0]['a'] is of type list"),
        ("chart", "rows = []", "there is no variable 'data' among rows"),
        ("chart", "data = {'x': [1, 2]}", "not a dict with 'x' and 'series'"),
        ("chart", "data = {'x': [1, 2], 'series': {}}", "not a dict of 1 to 6 labels"),
        (
            "chart",
            "data = {'x': [1, 2], 'series': {'a': [1]}}",
            "'a' is not a list of at least 2, as long as x",
        ),
        (
            "chart",
            "data = {'x': [1, 2], 'series': {'a': [1, float('nan')]}}",
            "'a' has what is no finite int or float",
        ),
        (
            "chart",
            "data = {'x': [2, 1], 'series': {'a': [1, 2]}}",
            "'x' does not rise",
        ),
    ],
)
def test_values_without_the_form_are_refused_and_the_form_is_named(
    kind, source, message
):
    found = capture(kind, "rows" if kind == "table" else "data", source)
    assert message in found["error"]
    assert found["advice"]


def test_titles_are_of_a_language_but_their_number_is_not():
    def call(header):
        return pages.parse_call('show("a/b")', header)

    here = call({"table": "rows: 演算 | 入力"})
    assert here == call({"table": "rows: operation | input"})
    assert str(here) == 'show("a/b") table="rows: 演算 | 入力"'
    assert here != call({"table": "rows: operation"})
    assert here != call({"table": "lines: operation | input"})
    assert here != call({"chart": "rows: operation | input"})
    for wrong in (
        {"table": "rows"},
        {"table": "rows:"},
        {"table": "rows: a |"},
        {"table": "my rows: a"},
        {"chart": "data: x"},
        {"chart": "data: x | y | z"},
    ):
        with pytest.raises(ValueError, match=r"write (table|chart)="):
            call(wrong)


# --- in a run, on a page ---------------------------------------------------


def test_a_run_takes_down_figures_at_the_end_of_a_section_and_of_an_exception():
    snippet = parse(
        "t/x",
        "snippets/t/x.py",
        "# %% one\nimport torch\n\nx = torch.ones(1)\n\n# %% two\nx[0] = 2\n"
        "x.nope  # raises AttributeError\n",
    )
    wanted = {"t/x": [("storage", "one", ("x",)), ("storage", "two", ("x",))]}
    with Runner() as runner:
        first = dict(runner.run([snippet], figures=wanted))["t/x"]
        again = dict(runner.run([snippet], figures=wanted))["t/x"]
        plain = dict(runner.run([snippet]))["t/x"]
    values = {k: f["storages"][0]["values"] for k, f in first.figures.items()}
    assert values == {"storage one: x": ["1.0"], "storage two: x": ["2.0"]}
    assert json.dumps(first.figures) == json.dumps(again.figures)
    assert plain.figures == {}
    assert plain.outputs == first.outputs


def test_the_header_of_a_fence_is_read_and_compared():
    call = pages.parse_call(
        'show("a/b")', {"graph": "y", "storage": "one: w z | w.grad"}
    )
    assert str(call) == 'show("a/b") graph="y" storage="one: w z | w.grad"'
    assert call != pages.parse_call('show("a/b")', {"graph": "z"})
    for wrong in ({"grap": "y"}, {"graph": ""}, {"graph": "y, z"}, {"graph": "y |"}):
        with pytest.raises(ValueError, match="write"):
            pages.parse_call('show("a/b")', wrong)
    with pytest.raises(ValueError, match="show"):
        pages.parse_call('versions("a/b")', {"graph": "y"})


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('graph="q"', "there is no variable 'q' where a tensor is needed"),
        ('storage="n"', "'n' is of type int where a tensor or array is needed"),
        ('graph="later: w"', "has no section 'later' to draw"),
        ('grpah="w"', "cannot hold"),
        ('table="rows: a"', "1 titles for the 2 keys of rows"),
        ('table="rows: a | b | c"', "3 titles for the 2 keys of rows"),
        ('table="nope: a | b"', "there is no variable 'nope' among"),
        ('table="n: a"', "'n' is not a list of dicts"),
        ('chart="rows: a | b"', "'rows' is not a dict with 'x' and 'series'"),
        ('chart="rows: a"', "cannot hold"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_reported_with_its_line(
    tmp_path, header, message
):
    root = copy_project(tmp_path)
    (root / "snippets/t").mkdir(parents=True)
    source = "import torch\n\nw = torch.ones(1)\nn = 1\nprint(w + n)\n"
    source += 'rows = [{"one": 1, "two": 2}]\n'
    (root / "snippets/t/x.py").write_text(source, "utf-8")
    for language in LANGUAGES:
        (root / f"docs/{language}").mkdir(exist_ok=True)
        text = f'# A {{ #a }}\n\n```python exec="on" {header}\nshow("t/x")\n```\n'
        (root / f"docs/{language}/index.md").write_text(text, "utf-8")
        (root / f"docs/{language}/b.md").write_text("# B { #b }\n", "utf-8")
    done = sitebuild(root, "check")
    assert done.returncode == 1
    assert re.search(r"docs/en/index\.md:[34]: ", done.stderr), done.stderr
    assert message in done.stderr
    assert "->" in done.stderr


def test_every_figure_of_the_site_is_drawn_with_ids_of_its_own(built, outline):
    count = 0
    for language, by_slug in outline.pages.items():
        for slug, page in by_slug.items():
            html = build._built(built, language, slug).read_text("utf-8")
            panels = sum(len(f.panels) for _, c in page.calls for f in c.figures)
            svgs = re.findall(r'<svg class="?figure-svg.*?</svg>', html, re.S)
            charts = re.findall(r'figure-wide"?><div class="?chart', html)
            tables = re.findall(r'figure-wide"?><div class="?figure-values', html)
            assert len(svgs) + len(charts) + len(tables) == panels, page.path
            ids = re.findall(r'\sid="?([^"\s>]+)', html)
            assert len(ids) == len(set(ids)), page.path
            for svg in svgs:
                labelled = re.search(r'aria-labelledby="([^"]+)"', svg)
                assert labelled and set(labelled[1].split()) <= set(ids)
                assert len(re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.S)[1]) > 20
            count += panels
    assert count > 30


def test_serve_draws_what_a_new_header_asks_for(tmp_path):
    """Results are kept between builds under what they depend on: figures too."""
    root = copy_project(tmp_path / "project")
    (root / "snippets/t").mkdir(parents=True)
    (root / "snippets/t/x.py").write_text(
        "import torch\n\nw = torch.ones(1)\n", "utf-8"
    )

    def write(header):
        for language in LANGUAGES:
            (root / f"docs/{language}").mkdir(exist_ok=True)
            text = f'# A {{ #a }}\n\n```python exec="on"{header}\nshow("t/x")\n```\n'
            (root / f"docs/{language}/index.md").write_text(text, "utf-8")
            (root / f"docs/{language}/b.md").write_text("# B { #b }\n", "utf-8")

    with Runner() as runner, pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        workshop = Workshop(root, runner, tmp_path)
        for header, count in (("", 0), (' storage="w"', 1), (' graph="w"', 1)):
            write(header)
            workshop.build()
            html = (workshop.site / "index.html").read_text("utf-8")
            assert html.count('<svg class="figure-svg') == count
