"""What is taken of a run for a figure is true, and equal for equal runs."""

from __future__ import annotations

import json

import pytest

from sitebuild.run.capture import Shot, attempt, take
from sitebuild.run.capture.graph import NODE_LIMIT
from sitebuild.run.capture.storage import CELL_LIMIT

SEED = """
import torch
x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
"""
TORCH = "import torch\n"
DOUBLE = """
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):
        ctx.save_for_backward(value, value + 1)
        return 2 * value
    @staticmethod
    def backward(ctx, grad):
        return 2 * grad
"""
# What the snapshots are of: the data here, the drawings in tests/engine/figures.
GRAPHS = {
    "seed": ("y", SEED + "y = x * w + b"),
    "sides": ("y", SEED + "u = x + 1; y = x * w + w * u"),
    "twice": ("y", SEED + "v = w * b; y = v * v + v"),
    "cut": ("y z", SEED + "v = w.clone(); z = v.detach(); y = x * v + b"),
    "two-cuts": ("y z", SEED + "z = w.detach(); d = w.data; y = w * d"),
    "leaf-cut": ("z", SEED + "z = w.detach()"),
    "changed": ("y", SEED + "y = w * w; w.detach()[0] = 7.0"),
    "outputs": (
        "y",
        TORCH + "w = torch.ones(3, requires_grad=True)\n"
        "a, b, c = w.unbind(); y = a * c",
    ),
    "retained": (
        "y",
        SEED + "v = w.clone(); v.retain_grad(); y = x * w + v; y.backward()",
    ),
    "own": ("y", SEED + "y = w.exp() * 2; u = (w + b).exp()"),
    "unnamed": ("y", SEED + "y = torch.ones(2, requires_grad=True).sin() * (w + 1)"),
    "module": (
        "y",
        TORCH + "torch.manual_seed(0); layer = torch.nn.Linear(2, 1)\n"
        "y = layer(torch.ones(2)).exp()",
    ),
    "function": ("y", SEED + DOUBLE + "y = Double.apply(w)"),
    "results": ("y u", SEED + "v = w * b; y = v + x; u = v.exp(); again = y"),
    "in-place": ("v", SEED + "v = w.clone(); v[0] = 7.0"),
    "alone": ("x", SEED),
    "apart": ("y x", SEED + "y = (w * b).exp()"),
    "stack": ("y", SEED + "y = torch.stack([w * i + b for i in range(5)]).sum()"),
    "long": ("y", SEED + "y = w\nfor _ in range(4):\n    y = y.sin() * b + w"),
}
ONES = TORCH + "x = torch.arange(4.0)\n"
MAPS = {
    "names": ("w v", SEED + "v = w.cpu()"),
    "four-names": ("w a b c", SEED + "a = b = c = w"),
    "views": (
        "w z d c v",
        TORCH + "w = torch.arange(4.0).requires_grad_()\n"
        "z = w.detach(); d = w.data; c = w.clone(); v = w[1:3]",
    ),
    "counter": ("w", SEED),
    "expanded": (
        "e t",
        TORCH + "e = torch.ones(1, 2).expand(2, 2)\n"
        "t = torch.arange(6.0).view(2, 3)[1:].t()",
    ),
    "arrays": ("x a c r", ONES + "a = x.numpy(); c = a.copy(); r = a[::-2]"),
    "long": ("x", TORCH + "x = torch.tensor([-1.2345e-05, 1e20]).view(1, 1, 1, 2)"),
    "deep": ("x", TORCH + "x = torch.ones(1, 1, 1, 2)"),
    "dtypes": ("f i", TORCH + "f = torch.ones(1); i = f.view(torch.int32)"),
    "lazy": (
        "c n",
        TORCH + "c = torch.tensor([1 + 2j]).conj(); n = torch._neg_view(torch.ones(1))",
    ),
    "meta": ("m n", TORCH + "m = torch.ones(2, device='meta'); n = m.clone()"),
    "large": ("big s", TORCH + "big = torch.zeros(1000); s = big[990:992]"),
    "inference": ("i", TORCH + "with torch.inference_mode():\n    i = torch.ones(1)"),
    "empty": ("e", TORCH + "e = torch.ones(0)"),
    "before": ("w z c", SEED + "z = w.detach(); c = w.clone()"),
    "after": ("w z c", SEED + "z = w.detach(); c = w.clone(); z[0] = 2.0"),
}


def capture(kind, names, source):
    namespace = {"__name__": "__main__"}
    exec(source, namespace)
    # What goes through JSON is what a page is drawn from.
    shot = Shot(kind, "", tuple(names.split()))
    return json.loads(json.dumps(take(shot, namespace)))


def graph(name):
    return capture("graph", *GRAPHS[name])


def storage(name):
    return capture("storage", *MAPS[name])


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name, snapshot):
    text = json.dumps(graph(name), indent=1, ensure_ascii=False)
    snapshot(f"figures/graph-{name}.json", text + "\n")


@pytest.mark.parametrize("name", MAPS)
def test_maps(name, snapshot):
    text = json.dumps(storage(name), indent=1, ensure_ascii=False)
    snapshot(f"figures/map-{name}.json", text + "\n")


# --- graphs ------------------------------------------------------------------


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


def test_a_graph_of_the_seed_calculation():
    data = graph("seed")
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


def test_a_tensor_used_twice_has_one_node():
    data = graph("twice")
    names = [name for name, _ in edges(data)]
    assert names.count("MulBackward0") == 2
    assert names.count("AccumulateGrad") == 2
    assert edges(data)[1][1] == [("MulBackward0", 0)] * 2
    assert saved(data, "MulBackward0") == {"self": ["v"], "other": ["v"]}


def test_a_clone_is_on_the_way_and_a_write_in_place_too():
    assert ("CloneBackward0", [("AccumulateGrad", 0)]) in edges(graph("cut"))
    assert edges(graph("in-place"))[0] == ("CopySlices", [("CloneBackward0", 0), None])


def test_a_view_takes_part_in_a_write_to_its_base():
    source = TORCH + "w = torch.ones(2, 2, requires_grad=True)\nv = w * 1; row = v[0]"
    data = capture("graph", "row", source)
    assert [name for name, _ in edges(data)][:2] == ["SelectBackward0", "MulBackward0"]
    data = capture("graph", "row", source + "; v.mul_(2)")
    assert "MulBackward0" in [name for name, _ in edges(data)]


def test_gradients_are_those_of_leaves_and_of_what_retains_them():
    data = graph("retained")
    assert tensor(data, "v")["retains_grad"]
    assert {n: tensor(data, n)["grad"] for n in "vwy"} == {
        "v": "[1.0]",
        "w": "[3.0]",
        "y": None,
    }
    freed = [s["state"] for n in data["nodes"] for s in n["saved"]]
    assert freed == ["freed"]


def test_which_output_of_a_node_a_tensor_is():
    data = graph("outputs")
    assert [tensor(data, n)["output"] for n in "abc"] == [0, 1, 2]
    assert len({tensor(data, n)["node"] for n in "abc"}) == 1
    assert edges(data)[0][1] == [("UnbindBackward0", 0), ("UnbindBackward0", 2)]


def test_what_is_cut_off_shares_memory_with_what_is_in_the_graph():
    assert cuts(graph("cut")) == [(["v"], ["z"])]
    assert cuts(graph("two-cuts")) == [(["w"], ["z"]), (["w"], ["d"])]
    data = graph("leaf-cut")
    assert cuts(data) == [(["w"], ["z"])]
    assert tensor(data, "w")["node"] is None
    assert cuts(graph("seed")) == []


def test_a_saved_tensor_that_was_written_to_is_known():
    (state,) = {
        (s["state"], tuple(s["version"]))
        for n in graph("changed")["nodes"]
        for s in n["saved"]
    }
    assert state == ("changed", (0, 1))
    with pytest.raises(RuntimeError, match="at version 1; expected version 0"):
        exec(GRAPHS["changed"][1] + "; y.backward()", {})


def test_parameters_of_a_module_and_own_results_have_names():
    data = graph("module")
    assert tensor(data, "layer.weight")["leaf"]
    assert tensor(data, "layer.bias")["leaf"]
    assert saved(data, "ExpBackward0") == {"result": ["y"]}
    own = [(s["tensor"], s["own"]) for n in graph("own")["nodes"] for s in n["saved"]]
    assert own == [(None, False), (None, True)]  # the 2; what exp() gave


@pytest.mark.parametrize("other", ["[1:]", ".t()"])
def test_what_only_looks_like_a_saved_tensor_does_not_give_it_its_name(other):
    """The same memory, shape and dtype, but other elements or in another order."""
    first = "torch.ones(2, 1)" if other == "[1:]" else "torch.ones(2, 2)"
    name = "a = whole[:1]" if other == "[1:]" else "a = whole"
    source = (
        TORCH + f"whole = {first}; {name}; w = a.new_ones(a.shape).requires_grad_()"
    )
    data = capture("graph", "y", source + f"; y = w * whole{other}")
    assert saved(data, "MulBackward0") == {"other": None}


def test_a_long_gradient_is_told_by_its_shape():
    source = (
        TORCH + "w = torch.ones({}, requires_grad=True); y = w * 2; y.sum().backward()"
    )
    assert tensor(capture("graph", "y", source.format(4)), "w")["grad"] == (
        "[2.0, 2.0, 2.0, 2.0]"
    )
    assert tensor(capture("graph", "y", source.format(5)), "w")["grad"] == "shape (5,)"


def test_memory_that_went_through_numpy_is_the_same():
    source = SEED + "z = torch.from_numpy(w.detach().numpy()); y = w * b"
    assert cuts(capture("graph", "y z", source)) == [(["w"], ["z"])]


def test_two_results_share_what_they_share():
    names = [name for name, _ in edges(graph("results"))]
    assert names.count("MulBackward0") == 1
    assert tensor(graph("results"), "y")["names"] == ["y", "again"]


def test_a_graph_may_have_as_many_nodes_as_people_look_at():
    chain = SEED + "y = w\nfor _ in range({}):\n    y = torch.sin(y) * b + y\n"
    assert 40 <= len(capture("graph", "y", chain.format(14))["nodes"]) <= NODE_LIMIT
    exact = TORCH + "y = w = torch.ones(1, requires_grad=True)\n"
    exact += "for _ in range({}):\n    y = y.sin()\n"
    most = capture("graph", "y", exact.format(NODE_LIMIT - 1))
    assert len(most["nodes"]) == NODE_LIMIT
    assert str(NODE_LIMIT) in capture("graph", "y", exact.format(NODE_LIMIT))["error"]


def test_looking_changes_nothing_that_the_program_can_see():
    namespace = {}
    exec(SEED + "z = w.detach(); d = w.data; y = w * w", namespace)
    before = {n: namespace[n]._version for n in "wzdy"}
    node = namespace["y"].grad_fn
    take(Shot("graph", "", ("y", "z")), namespace)
    take(Shot("storage", "", ("w", "z", "d", "y")), namespace)
    assert {n: namespace[n]._version for n in "wzdy"} == before
    assert namespace["y"].grad_fn is node
    namespace["y"].backward()  # would raise, had a counter been left elsewhere
    assert namespace["w"].grad.tolist() == [2.0]


# --- maps of storages ----------------------------------------------------------


def objects(data):
    """For each name: its object, storage, counter and elements."""
    return {
        name: (index, o["storage"], o["counter"], [cell for cell, _ in o["places"]])
        for index, o in enumerate(data["objects"])
        for name in o["names"]
    }


def test_two_names_of_one_object():
    assert [o["names"] for o in storage("names")["objects"]] == [["w", "v"]]


def test_what_shares_a_storage_and_what_a_counter():
    data = storage("views")
    assert objects(data) == {
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


def test_an_expanded_and_a_transposed_tensor():
    e, t = storage("expanded")["objects"]
    assert e["places"] == [[0, [0, 0]], [1, [0, 1]], [0, [1, 0]], [1, [1, 1]]]
    assert (e["strides"], t["strides"], t["offset"]) == ([0, 1], [1, 3], 3)
    assert [cell for cell, _ in t["places"]] == [3, 4, 5]


def test_arrays_stand_with_the_tensors():
    data = storage("arrays")
    assert {name: found[1:] for name, found in objects(data).items()} == {
        "x": (0, 0, [0, 1, 2, 3]),
        "a": (0, None, [0, 1, 2, 3]),
        "c": (1, None, [0, 1, 2, 3]),
        "r": (0, None, [3, 1]),
    }
    assert (data["objects"][3]["type"], data["objects"][3]["strides"]) == (
        "ndarray",
        [-8],
    )


def test_arrays_alone_that_take_turns_are_one_storage():
    source = "import numpy as np\na = np.arange(6); b = a[::2]; c = a[1::2]"
    data = capture("storage", "b c", source)
    assert len(data["storages"]) == 1
    assert [cell for cell, _ in data["objects"][0]["places"]] == [0, 2, 4]
    assert [cell for cell, _ in data["objects"][1]["places"]] == [1, 3, 5]


def test_an_array_that_runs_backwards_begins_at_its_last_element():
    source = "import numpy as np\na = np.asarray(memoryview(b'abcd')[::-1])"
    data = capture("storage", "a", source)
    assert data["storages"][0]["values"] == ["97", "98", "99", "100"]
    assert objects(data)["a"][3] == [3, 2, 1, 0]


def test_memory_without_an_address_is_not_one_memory():
    assert [o["storage"] for o in storage("meta")["objects"]] == [0, 1]
    assert [s["values"] for s in storage("meta")["storages"]] == [["", ""]] * 2
    empty = TORCH + "a = torch.ones(0); b = torch.ones(0); c = a.detach()"
    found = [o["storage"] for o in capture("storage", "a b c", empty)["objects"]]
    assert found == [0, 1, 0]


def test_of_a_large_storage_the_beginning_is_shown():
    data = storage("large")
    assert data["storages"][0]["size"] == 1000
    assert len(data["storages"][0]["values"]) == CELL_LIMIT
    assert [len(o["places"]) for o in data["objects"]] == [CELL_LIMIT, 0]


def test_one_memory_seen_in_two_ways():
    data = storage("lazy")
    assert data["storages"][0]["values"] == ["1.0+2.0j"]
    assert [o["lazy"] for o in data["objects"]] == [["is_conj"], ["is_neg"]]
    negative = capture("storage", "c", TORCH + "c = torch.tensor([1 - 2j])")
    assert negative["storages"][0]["values"] == ["1.0-2.0j"]
    assert [o["dtype"] for o in storage("dtypes")["objects"]] == ["float32", "int32"]


# --- values ------------------------------------------------------------------


def test_the_rows_of_a_table_and_the_numbers_of_a_chart():
    rows = 'rows = [{"a": 1, 2: "b"}, {"a": None, 2: True}]'
    assert capture("table", "rows", rows) == {
        "keys": ["a", "2"],
        "rows": [[1, "b"], [None, True]],
    }
    data = 'data = {"x": [1, 2], "series": {"a": [3, 0.5], 7: [4, 4]}}'
    assert capture("chart", "data", data) == {
        "x": [1, 2],
        "series": {"a": [3, 0.5], "7": [4, 4]},
    }


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
            "data = {'x': [1, 2], 'series': dict.fromkeys('abcdefg', [1, 2])}",
            "not a dict of 1 to 6 labels",
        ),
        (
            "chart",
            "data = {'x': [1], 'series': {'a': [1]}}",
            "'x' is not a list of at least 2, as long as x",
        ),
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
            "data = {'x': [1, 2], 'series': {'a': [1, True]}}",
            "'a' has what is no finite int or float",
        ),
        (
            "chart",
            "data = {'x': [1, 1], 'series': {'a': [1, 2]}}",
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


# --- what cannot be taken -------------------------------------------------------


def test_a_variable_that_is_not_there_or_is_no_tensor_is_named_with_those_that_are():
    source = SEED + "import numpy\na = numpy.ones(1); n = 1"
    missing = capture("graph", "y", source)
    assert missing["error"] == "there is no variable 'y' where a tensor is needed"
    assert missing["advice"] == "at that point there are: x, w, b"
    wrong = capture("storage", "w n", source)
    assert wrong["error"] == "'n' is of type int where a tensor or array is needed"
    assert wrong["advice"] == "at that point there are: x, w, b, a"
    assert "of type ndarray" in capture("graph", "a", source)["error"]
    assert capture("graph", "y", "n = 1")["advice"].endswith("there are: none")


def test_attributes_of_variables_can_be_asked_for():
    data = capture("storage", "w.grad", SEED + "(w * x).backward()")
    assert data["storages"][0]["values"] == ["2.0"]
    data = capture("graph", "w.grad", SEED + "(w * x).backward()")
    assert data["tensors"][0]["names"] == ["w.grad"]
    assert "'w.nope'" in capture("graph", "w.nope", SEED)["error"]


def test_an_error_of_the_capture_itself_is_a_reason_too():
    class Broken(dict):
        def get(self, *_):
            raise ZeroDivisionError("of its own")

    found = attempt(Shot("table", "", ("rows",)), Broken())
    assert found["error"] == "cannot draw rows: ZeroDivisionError: of its own"
    assert "sitebuild/run/capture" in found["advice"]
