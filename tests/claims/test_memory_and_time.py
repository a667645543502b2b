"""What recording keeps and costs, and what the modes save. Times are never asserted."""

import inspect
import weakref
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils._pytree import tree_map

from tests.claims.modes import modules, shares, tensors
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
    """In units of the values between two layers, by what is frozen."""
    one = 4 * 64 * 16 * 16
    rows = {
        row.pop("frozen"): [kept / one for kept in row.values()]
        for row in values("memory_and_time/frozen_layers")["rows"]
    }
    # Linear and ReLU, Linear and GELU, Conv1d and GELU.
    assert rows["[]"] == [4, 7, 7]
    # From the input side on: nothing before the input of the first that learns.
    assert rows["[0]"] == [4, 6, 6]
    assert rows["[0, 1]"] == [3, 4, 4]
    assert rows["[0, 1, 2]"] == [2, 2, 2]
    # In the middle and at the end: the inputs of a frozen Linear, if anything.
    assert rows["[1, 2]"] == [4, 5, 7]
    assert rows["[3]"] == [4, 6, 7]
    assert rows["[0, 1, 2, 3]"] == [0, 0, 0]


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


# Counterexamples, and all that torch tests itself with.


def saves_its_input(make, args, kwargs, frozen):
    """Whether what a module saves has the memory of its first input."""
    given = tree_map(
        lambda x: (
            x.detach().clone().requires_grad_()
            if isinstance(x, torch.Tensor) and x.is_floating_point()
            else x
        ),
        (args, kwargs),
    )
    first = [x for x in tensors(given) if x.requires_grad]
    module = make().requires_grad_(not frozen)
    saved, result = saved_by(lambda: module(*given[0], **given[1]))
    assert result is not None
    return shares(first[0], saved)


def frozen_modules(dtype):
    """Of the modules that save their input as they learn: what, if frozen."""
    found = {}
    for training in (True, False):
        for name, make, args, kwargs in modules(dtype, training):
            learns = any(True for _ in make().parameters())
            floating = [x for x in tensors((args, kwargs)) if x.is_floating_point()]
            if learns and floating and saves_its_input(make, args, kwargs, False):
                frozen = saves_its_input(make, args, kwargs, True)
                found.setdefault(name, set()).add(frozen)
    return found


PRODUCTS = {
    "Linear",
    "LinearCrossEntropyLoss",
    "RNN",
    "GRU",
    "RNNCell",
    "GRUCell",
    "LSTMCell",
    "MultiheadAttention",
}
COMPOSED = {"TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoderLayer"}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_memory_and_time_frozen_modules_save_their_input_but_those_of_products(dtype):
    """Over module_db: those that the page names do not, all others do."""
    found = frozen_modules(dtype)
    without = {name for name, frozen in found.items() if frozen == {False}}
    mixed = {name for name, frozen in found.items() if len(frozen) == 2}
    assert len(found) > 30
    assert without == PRODUCTS | ({"LSTM"} if dtype == torch.float64 else set())
    assert mixed <= COMPOSED | ({"LSTM"} if dtype == torch.float32 else set())


def test_memory_and_time_the_table_of_frozen_layers_agrees():
    rows = {
        row.pop("layer").removeprefix("torch.nn.").split("(")[0]: row
        for row in values("memory_and_time/frozen_inputs")["rows"]
    }
    assert all(row["learns"] for row in rows.values())
    for name, row in rows.items():
        assert row["frozen"] == (name not in PRODUCTS)
        assert row["frozen, float64"] == (name not in PRODUCTS | {"LSTM"})


@pytest.mark.parametrize("other", [True, False])
def test_memory_and_time_a_frozen_bilinear_saves_what_the_other_input_needs(other):
    layer = nn.Bilinear(2, 2, 2).requires_grad_(False)
    x = torch.ones(1, 2, requires_grad=True)
    y = torch.ones(1, 2, requires_grad=other)
    saved, _ = saved_by(lambda: layer(x, y))
    assert shares(x, saved) == other


@pytest.mark.parametrize(
    "change",
    [
        lambda layer, x: (layer, x),
        lambda layer, x: (layer.double(), x.double()),
        lambda layer, x: (nn.Linear(4, 4, bias=False).requires_grad_(False), x),
        lambda layer, x: (layer, x[0]),
        lambda layer, x: (layer, x[0, 0]),
    ],
)
def test_memory_and_time_a_frozen_linear_does_not_save_its_input(change):
    layer, x = change(nn.Linear(4, 4).requires_grad_(False), torch.ones(2, 3, 4))
    x.requires_grad_()
    assert not shares(x, saved_by(lambda: layer(x))[0])


def test_memory_and_time_frozen_first_layers_record_if_the_data_requires_grad():
    """As for an adversarial example: the page names the condition."""
    layer = nn.Conv1d(2, 2, 1).requires_grad_(False)
    for flag in (True, False):
        x = torch.ones(1, 2, 3, requires_grad=flag)
        saved, y = saved_by(lambda x=x: layer(x))
        assert (len(saved) > 0) == y.requires_grad == flag


def test_memory_and_time_all_layers_after_the_first_that_learns_may_save():
    """Not the first alone: GELU and each Linear save their inputs."""
    layers = [nn.Linear(4, 4) for _ in range(4)]
    layers[0].requires_grad_(False)
    inputs = [torch.ones(1, 4)]

    def run():
        for layer in layers:
            inputs.append(layer(inputs[-1]).sin())
        return inputs[-1]

    saved, _ = saved_by(run)
    assert [shares(x, saved) for x in inputs[:-1]] == [False, True, True, True]


def test_memory_and_time_a_hook_sees_what_is_saved_but_numbers():
    """w * 2 saves the 2, and no hook is called: "when a tensor is saved"."""
    w = torch.ones(3, requires_grad=True)
    assert saved_by(lambda: w * 2)[0] == []
    assert saved_by(lambda: w * torch.tensor([2.0]))[0] != []


def test_memory_and_time_some_layers_add_nothing():
    """The chart is of a Linear and a ReLU: others may save nothing."""
    x = torch.ones(1, 2, requires_grad=True)
    for layer in (nn.Flatten(), nn.Identity(), nn.AvgPool1d(1, 1)):
        saved, y = saved_by(lambda layer=layer: layer(x[None] * torch.ones(1, 1, 2)))
        first, _ = saved_by(lambda: x[None] * torch.ones(1, 1, 2))
        assert y.requires_grad
        assert len(saved) <= len(first) + isinstance(layer, nn.AvgPool1d)


def test_memory_and_time_detach_and_item_add_up_to_the_same_but_for_rounding():
    """item() adds in Python's float, which has more digits."""
    losses = [torch.tensor(1e8), *[torch.tensor(1.0)] * 10]
    detached = number = 0.0
    for loss in losses:
        detached += loss.detach()
        number += loss.item()
    assert detached.item() != number == 1e8 + 10
    assert detached.item() == pytest.approx(number, rel=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_memory_and_time_a_value_in_between_is_freed_under_the_modes(mode):
    """Unless a variable holds it."""
    freed = []

    class Watched:
        def __del__(self):
            freed.append(True)

    with mode():
        hidden = torch.ones(3).exp()
        hidden.watched = Watched()
        y = hidden.exp()
        assert not freed
        hidden = y
        assert freed
        assert hidden is y


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"norm_first": True},
        {"activation": "gelu"},
        {"activation": nn.functional.silu},
        {"batch_first": False},
        {"bias": False},
    ],
)
@pytest.mark.parametrize("reason", ["no_grad", "inference_mode", "frozen", "recorded"])
def test_memory_and_time_only_an_unrecorded_layer_can_take_the_fast_path(
    change, reason, monkeypatch
):
    """Frozen with plain input is not recorded either; some layers never do."""
    layer = nn.TransformerEncoderLayer(8, 2, 16, **{"batch_first": True} | change)
    taken = []
    fused = torch._transformer_encoder_layer_fwd

    def watched(*arguments):
        taken.append(True)
        return fused(*arguments)

    monkeypatch.setattr(torch, "_transformer_encoder_layer_fwd", watched)
    layer.eval().requires_grad_(reason != "frozen")
    x = torch.ones(1, 3, 8)
    switches = {"no_grad": torch.no_grad, "inference_mode": torch.inference_mode}
    with switches.get(reason, torch.enable_grad)():
        y = layer(x)
    assert y.requires_grad == (reason == "recorded")
    assert not taken or reason != "recorded"
    slow = ({"activation": nn.functional.silu}, {"batch_first": False}, {"bias": False})
    assert bool(taken) == (reason != "recorded" and change not in slow)


@pytest.mark.parametrize("reentrant", [True, False])
def test_memory_and_time_checkpoint_computes_again_and_checks_nothing(reentrant):
    """A value that it uses and that changes: no exception, a wrong gradient."""
    calls = []
    w = torch.tensor(3.0, requires_grad=True)

    def f(x):
        calls.append(True)
        return x * w * w

    def gradient(compute):
        x = torch.tensor(1.0, requires_grad=True)
        y = compute(x)
        with torch.no_grad():
            w.fill_(10.0)
        y.backward()
        return x.grad.item()

    checkpoint = torch.utils.checkpoint.checkpoint
    assert gradient(lambda x: checkpoint(f, x, use_reentrant=reentrant)) == 100.0
    assert len(calls) == 2
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        gradient(f)


@pytest.mark.parametrize("reentrant", [True, False])
@pytest.mark.parametrize("argument", ["leaf", "result", "constant"])
def test_memory_and_time_checkpoint_checks_its_arguments(reentrant, argument):
    """A write to one of them raises, unlike a write to what it finds elsewhere."""
    x = torch.ones(2, requires_grad=True)
    c = {"leaf": x, "result": x * 1, "constant": torch.ones(2)}[argument]
    checkpoint = torch.utils.checkpoint.checkpoint
    y = checkpoint(lambda x, c: x * c, x, c, use_reentrant=reentrant)
    with torch.no_grad():
        c.mul_(5)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_memory_and_time_a_frozen_adaptive_softmax_does_not_save_its_input():
    """It is not in module_db; it is made of Linear layers."""
    target = torch.tensor([0, 3, 5])
    for frozen in (True, False):
        loss = nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2, 4])
        loss.requires_grad_(not frozen)
        x = torch.randn(3, 4, requires_grad=True)
        saved, _ = saved_by(lambda loss=loss, x=x: loss(x, target).loss)
        assert shares(x, saved) != frozen


@pytest.mark.parametrize(
    ("make", "dtype"),
    [
        (lambda: nn.Conv1d(2, 2, 3, padding=1, padding_mode="circular"), torch.float32),
        (lambda: nn.Conv1d(2, 2, 2, padding="same"), torch.float32),
        (lambda: nn.RMSNorm(4), torch.bfloat16),
    ],
)
def test_memory_and_time_some_frozen_layers_save_a_copy_of_their_input(make, dtype):
    """Padded, or in float32: not the input, but as many values or more."""
    layer = make().to(dtype).requires_grad_(False)
    x = torch.randn(3, 2, 4, dtype=dtype, requires_grad=True)
    saved, _ = saved_by(lambda: layer(x))
    assert not shares(x, saved)
    own = [t for t in saved if not shares(t, list(layer.parameters()))]
    assert max(t.numel() for t in own) >= x.numel()


def test_memory_and_time_backward_lets_go_of_a_saved_value():
    """y need not go: what was saved is freed by backward()."""
    hidden = nn.Linear(3, 4)(torch.ones(2, 3)).relu()
    y = nn.Linear(4, 1)(hidden).sum()
    watched = weakref.ref(hidden)
    del hidden
    assert watched() is not None
    y.backward()
    assert watched() is None


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_memory_and_time_a_total_in_half_precision_can_stop_growing(dtype):
    """From 256 or 2048 on, adding 1 changes nothing; item() is a Python float."""
    loss = torch.ones((), dtype=dtype)
    held = detached = number = 0.0
    for _ in range(3000):
        held = held + loss
        detached = detached + loss.detach()
        number += loss.item()
    assert held == detached == {torch.bfloat16: 256, torch.float16: 2048}[dtype]
    assert number == 3000
