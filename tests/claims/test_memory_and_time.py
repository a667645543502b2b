"""What recording keeps and costs, and what the modes save. Times are never asserted."""

import inspect
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

from tests.conftest import values

ROOT = Path(__file__).resolve().parents[2]
SNIPPETS = ROOT / "snippets" / "memory_and_time"
MODES = (torch.no_grad, torch.inference_mode)
BENCHMARKS = {
    "thousand_additions": ["empty call", "recorded", "no_grad", "inference_mode"],
    "entering_a_mode": [
        "empty call",
        "recorded",
        "no_grad per call",
        "inference_mode per call",
    ],
    "long_tensors": ["empty call", "recorded", "no_grad", "inference_mode"],
}


def saved_by(function):
    """What autograd saves while `function` runs, and its result."""
    saved = []

    def pack(tensor):
        saved.append(tensor)
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        result = function()
    return saved, result


def test_B03_nothing_is_saved_under_the_modes(output):
    """Switching gradients off saves memory: true, what was kept for backward."""
    kept = output("memory_and_time/kept_by_mode").splitlines()
    assert kept[1:] == ["bytes_kept() = (0, False)"] * 2
    # The input, the result of the ReLU, and the second weight, each once.
    expected = 4 * (128 * 256 + 128 * 512 + 10 * 512)
    assert kept[0] == f"bytes_kept() = ({expected}, True)"


def test_memory_and_time_the_graph_alone_keeps_a_value_alive():
    freed = []

    class Watched:
        def __del__(self):
            freed.append(True)

    for mode, kept in ((torch.enable_grad, True), (torch.no_grad, False)):
        freed.clear()
        with mode():
            hidden = nn.Linear(3, 4)(torch.ones(2, 3)).relu()
            hidden.watched = Watched()
            y = nn.Linear(4, 1)(hidden)
            del hidden
        assert bool(freed) != kept
        del y


def test_memory_and_time_the_saved_weight_is_the_models_own_memory():
    found = values("memory_and_time/two_layers")
    node, weight = found["y"].grad_fn, found["second"].weight
    assert node._saved_mat2.data_ptr() == weight.data_ptr()
    assert torch.equal(node._saved_mat2, weight.t())
    assert found["z"].grad_fn is None


def test_memory_and_time_the_modes_do_not_differ_in_memory():
    rows = values("memory_and_time/three_models")["rows"]
    assert len(rows) == 9
    for row in rows:
        numbers = [value for value in row.values() if isinstance(value, int)]
        assert len(numbers) == 4
        assert any(numbers) == (row["mode"] == "recorded")


def test_memory_and_time_parameters_do_not_tell_what_is_kept():
    rows = {
        r["model"]: r
        for r in values("memory_and_time/three_models")["rows"]
        if r["nodes"]
    }
    assert rows["MLP"]["computed"] < rows["MLP"]["parameters"]
    for name in ("Conv2d", "Transformer"):
        assert rows[name]["computed"] > rows[name]["parameters"]
    sizes = {}
    for batch in (1, 2):
        layer, x = nn.Conv2d(3, 16, 3), torch.ones(batch, 3, 8, 8)
        saved, _ = saved_by(lambda layer=layer, x=x: layer(x).relu())
        inside = [t for t in saved if t.data_ptr() != layer.weight.data_ptr()]
        sizes[batch] = sum(t.nbytes for t in inside)
    assert sizes[2] == 2 * sizes[1]


def test_memory_and_time_a_transformer_layer_saves_a_copy_of_its_input():
    model, x = values("memory_and_time/three_models")["models"]["Transformer"]
    saved, _ = saved_by(lambda: model(x))
    assert all(t.data_ptr() != x.data_ptr() for t in saved)
    rearranged = x.transpose(0, 1).reshape(-1, 64)
    assert any(t.shape == rearranged.shape and t.equal(rearranged) for t in saved)


def test_memory_and_time_each_layer_adds_its_own_values():
    data = values("memory_and_time/depth")["data"]
    depth, kept = data["x"], data["series"]
    each = 64 * 256 * 4 / 1024
    assert kept["recorded"] == [each * (1 + n) for n in depth]  # and the input
    assert kept["no_grad"] == kept["inference_mode"] == [0] * len(depth)


def test_memory_and_time_a_total_of_losses_holds_the_nodes_of_all_steps():
    found = values("memory_and_time/running_total")
    rows = found["rows"]
    (few, many) = rows[1], rows[2]
    each = (many["loss"] - few["loss"]) / (many["steps"] - few["steps"])
    assert each > 1
    assert rows[3]["loss"] == few["loss"] + each * (rows[3]["steps"] - few["steps"])
    assert all(row["detach"] == row["item"] == 0 for row in rows)
    assert found["held"].item() == found["detached"].item()
    assert found["number"] == pytest.approx(found["held"].item(), rel=1e-4)


def test_memory_and_time_backward_frees_values_and_leaves_nodes():
    w = torch.ones(2, requires_grad=True)
    y = (w * w).sum()
    y.backward()
    mul = y.grad_fn.next_functions[0][0]
    assert mul.name() == "MulBackward0"
    with pytest.raises(RuntimeError, match="already been freed"):
        _ = mul._saved_self


def test_memory_and_time_a_node_outweighs_a_value(output):
    lines = output("memory_and_time/size_of_a_node").splitlines()
    assert len(lines) == 3
    assert all(line.endswith(" = True") for line in lines)
    x = torch.ones(1, requires_grad=True)
    saved, y = saved_by(lambda: -x)
    assert saved == [] and y.grad_fn is not None


def test_memory_and_time_eval_does_not_stop_the_recording():
    """eval() spares what the dropout would have kept: its mask and its result."""
    train, train_off, evaluated, off = values("memory_and_time/eval_keeps")["rows"]
    assert evaluated["requires_grad"] and evaluated["kept"] > 0
    assert not off["requires_grad"] and off["kept"] == 0 == train_off["kept"]
    assert train["kept"] - evaluated["kept"] == 2 * 4 * 128 * 512
    assert evaluated["kept"] == 4 * (128 * 256 + 128 * 512 + 10 * 512)


def test_memory_and_time_frozen_layers_spare_what_the_page_says():
    rows = {
        row.pop("frozen"): row
        for row in values("memory_and_time/frozen_layers")["rows"]
    }
    one = 4 * 64 * 256
    none = rows["[]"]
    assert none == {"ReLU": 4 * one, "GELU": 7 * one}
    # From the input side: nothing but the input of the first layer that learns.
    assert rows["[0]"] == {"ReLU": 4 * one, "GELU": 6 * one}
    assert rows["[0, 1]"] == {"ReLU": 3 * one, "GELU": 4 * one}
    assert rows["[0, 1, 2]"] == {"ReLU": 2 * one, "GELU": 2 * one}
    # In the middle and at the end: the inputs of the frozen layers, if anything.
    assert rows["[1, 2]"] == {"ReLU": 4 * one, "GELU": 5 * one}
    assert rows["[3]"] == {"ReLU": 4 * one, "GELU": 6 * one}
    assert rows["[0, 1, 2, 3]"] == {"ReLU": 0, "GELU": 0}


def test_memory_and_time_a_frozen_layer_in_the_middle_is_recorded():
    first, middle = nn.Linear(2, 2), nn.Linear(2, 2).requires_grad_(False)
    y = middle(first(torch.ones(1, 2)))
    assert y.grad_fn is not None
    y.sum().backward()
    assert first.weight.grad is not None and middle.weight.grad is None
    assert middle(torch.ones(1, 2)).grad_fn is None  # at the input side it is not


def test_memory_and_time_relu_saves_its_result_and_gelu_its_input():
    x = torch.randn(3, requires_grad=True)
    saved, y = saved_by(lambda: torch.relu(x))
    assert [t.data_ptr() for t in saved] == [y.data_ptr()]
    saved, y = saved_by(lambda: nn.functional.gelu(x))
    assert [t.data_ptr() for t in saved] == [x.data_ptr()]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_memory_and_time_the_kernels_compute_the_same(name, arguments):
    given = arguments(f"memory_and_time/{name}")
    assert given["labels"] == BENCHMARKS[name]
    assert given["equality_check"] is None and not given["show_progress"]
    x = given["setup"](4)
    assert x.requires_grad and x.device.type == "cpu"
    empty, recorded, *unrecorded = [kernel(x) for kernel in given["kernels"]]
    assert empty is None and recorded.requires_grad
    for result in unrecorded:
        assert not result.requires_grad and result.equal(recorded)
    assert [result.is_inference() for result in unrecorded] == [False, True]
    assert x._version == 0


def test_B25_the_loop_of_the_article_is_what_is_measured(arguments):
    """compute_model: 1000 additions of 1, here with its result returned."""
    given = arguments("memory_and_time/thousand_additions")
    assert given["n_range"][0] == 1
    x = torch.zeros(1, requires_grad=True)
    for kernel in given["kernels"][1:]:
        assert kernel(x).tolist() == [1000.0]
    source = inspect.getsource(given["kernels"][1].__globals__["compute_model"])
    assert "range(1000)" in source and "x = x + 1" in source


def test_B24_the_loop_of_the_article_saves_no_values():
    """The example shows a large memory saving: it keeps nodes, but no values."""
    x = torch.tensor(1.0, requires_grad=True)
    saved, y = saved_by(lambda: x + 1 + 1)
    assert saved == [] and y.grad_fn.next_functions[0][0].name() == "AddBackward0"


def test_B23_the_order_of_the_blocks_turns_the_result_round(output):
    """The block that comes first is the slower one, whichever it is."""
    assert output("memory_and_time/no_grad_first") == "no_grad > recorded = True\n"
    assert output("memory_and_time/recorded_first") == "no_grad > recorded = False\n"
    functions = {
        (SNIPPETS / f"{name}_first.py").read_text("utf-8").split("\n\n\n")[1]
        for name in ("no_grad", "recorded")
    }
    assert len(functions) == 1  # both time the same function


def test_memory_and_time_long_tensors_are_timed_after_a_first_call(arguments):
    given = arguments("memory_and_time/long_tensors")
    kernels = given["setup"].__globals__["kernels"]
    called = []
    for label in kernels:
        kernels[label] = called.append
    x = given["setup"](4)
    assert len(called) == len(kernels) and all(one is x for one in called)


def test_B26_a_mode_changes_no_value_by_itself():
    """Gradients on or off can strongly change the results: false."""
    rows = values("memory_and_time/same_results")["rows"]
    assert [row["model"] for row in rows[::2]] == ["MLP", "Conv2d", "Transformer"]
    for row in rows:
        fused = row["model"] == "Transformer" and row["call"] == "eval()"
        assert row["no_grad"] == row["inference_mode"] == (not fused)
        assert row["close"]


def test_memory_and_time_the_transformer_layer_has_a_fast_path(output):
    text = output("memory_and_time/fast_path", "another-way")
    assert text == (
        "torch.equal(y, z) = False, torch.allclose(y, z, atol=1e-5) = True\n"
    )
    text = output("memory_and_time/fast_path", "same-way")
    assert text == "torch.equal(y, z) = True\n"


@pytest.mark.parametrize("mode", MODES)
def test_memory_and_time_the_fast_path_is_taken_in_evaluation_without_recording(
    mode, monkeypatch
):
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    x = torch.ones(1, 3, 8)
    taken = []
    fused = torch._transformer_encoder_layer_fwd

    def watched(*arguments):
        taken.append(True)
        return fused(*arguments)

    monkeypatch.setattr(torch, "_transformer_encoder_layer_fwd", watched)
    with mode():
        layer.train()(x)
    layer.eval()(x)
    assert taken == []
    with mode():
        layer(x)
    assert taken == [True]


def test_memory_and_time_backward_needs_the_record():
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        loss = layer(torch.ones(1, 2)).sum()
    with pytest.raises(RuntimeError, match="does not require grad"):
        loss.backward()
