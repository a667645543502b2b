"""What is saved for backward, and what becomes of writes, over all that torch has."""

from __future__ import annotations

from collections import Counter

WRITES = ("write_input", "write_arguments", "write_output")
NORMS = {
    *("_batch_norm_with_update", "_native_batch_norm_legit", "native_batch_norm"),
    *("nn.functional.batch_norm", "nn.functional.instance_norm"),
}
UNFROZEN = {
    *("nn.AdaptiveLogSoftmaxWithLoss", "nn.GRU", "nn.GRUCell", "nn.LSTMCell"),
    *("nn.LazyLinear", "nn.Linear", "nn.LinearCrossEntropyLoss"),
    *("nn.MultiheadAttention", "nn.RNN", "nn.RNNCell", "nn.Sequential"),
}
PARTLY = {
    *("nn.LSTM", "nn.TransformerDecoderLayer", "nn.TransformerEncoder"),
    "nn.TransformerEncoderLayer",
}


def differentiable(operations):
    return [row for row in operations if row["gradients"]]


def wrong(rows):
    return {row["name"] for row in rows if any("wrong" in row[k] for k in WRITES)}


def test_a_counted_write_leaves_the_gradient_right_or_raises_but_for_kron(operations):
    assert wrong(operations) == {"kron"}
    found = differentiable(operations)
    assert len(found) > 500
    said = Counter(came for row in found for key in WRITES for came in row[key])
    assert said["raises"] > 200
    assert said["right"] > 400


def test_a_counted_write_to_a_saved_tensor_raises_but_for_kron_and_two(operations):
    """With `cov` and `max_pool2d_with_indices_backward` nothing asks for it again.

    What they saved is not needed for the gradients that were asked for.
    """
    missed = {r["name"] for r in differentiable(operations) if "disagrees_on" in r}
    assert missed == {"cov", "kron", "max_pool2d_with_indices_backward"}
    assert missed - wrong(operations) == missed - {"kron"}


def test_a_write_to_an_input_that_is_never_saved_leaves_the_gradient_right(operations):
    """Of several views that one call returned, none may be asked for afterwards."""
    rows = [row for row in operations if row["saves_input"] == "never"]
    assert len(rows) > 200
    views = {row["name"] for row in rows if row["write_input"] != ["right"]}
    assert views == {
        *("chunk", "kron", "split", "split.list_args", "split_with_sizes", "unbind"),
    }


def test_an_operation_may_save_its_output_only(operations):
    found = {
        row["name"]
        for row in differentiable(operations)
        if row["saves_output"] == "always" and row["saves_input"] == "never"
    }
    assert {"exp", "sigmoid", "tanh", "softmax", "nn.functional.relu"} <= found


def test_every_wrong_gradient_is_caught_by_a_copy_kept_when_it_is_saved(operations):
    found = Counter()
    for row in operations:
        found.update(row["detector"])
    assert found["wrong"] == found["caught"]
    assert found["wrong"] > 3000


def test_the_detector_gives_false_alarms_only_for_norms_and_rrelu(operations):
    found = {row["name"] for row in operations if row["detector"]["false_alarms"]}
    assert found == {*NORMS, "nn.functional.rrelu"}


def test_modules_that_stop_saving_their_input_when_frozen(modules):
    always = [row for row in modules if row["learning"] == "always"]
    assert {r["name"] for r in always if r["frozen"] == "never"} == UNFROZEN
    assert {r["name"] for r in always if r["frozen"] == "sometimes"} == PARTLY


def test_no_module_begins_to_save_its_input_when_frozen(modules):
    order = ["never", "sometimes", "always"]
    rows = [row for row in modules if row["learning"]]
    assert len(rows) > 140
    assert all(
        order.index(row["frozen"]) <= order.index(row["learning"]) for row in rows
    )


def test_no_module_saves_more_bytes_when_frozen(modules):
    rows = [row for row in modules if row["bytes_learning"] is not None]
    assert len(rows) > 140
    assert [r["name"] for r in rows if r["bytes_frozen"] > r["bytes_learning"]] == []


def test_a_frozen_lstm_saves_its_input_in_float32_and_not_in_float64(modules):
    """In float32, oneDNN computes it."""
    differing = {row["name"]: row["float64"] for row in modules if row["float64"]}
    assert differing == {"nn.LSTM": {"frozen": "never", "eval_frozen": "never"}}


def test_every_module_saves_the_same_in_evaluation_mode(modules):
    assert [
        row["name"]
        for row in modules
        if (row["learning"], row["frozen"]) != (row["eval"], row["eval_frozen"])
    ] == []
    assert len(modules) > 150
