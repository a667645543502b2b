"""Who moves the version counter of a tensor, over all that torch has.

The exceptions that are named here are on the pages: one more, or one less, in
another torch fails.
"""

from __future__ import annotations

# Each writes through the memory, past the operations that count.
UNCOUNTED = {
    "Tensor.apply_",
    "Tensor.data",
    "Tensor.data = ...",
    "Tensor.map2_",
    "Tensor.map_",
    "Tensor.numpy() = ...",
    "Tensor.untyped_storage().copy_",
    "Tensor.untyped_storage().fill_",
    "torch._amp_foreach_non_finite_check_and_unscale_",
    "torch._amp_update_scale_",
    "torch._fused_adagrad_",
    "torch._fused_adam_",
    "torch._fused_adamw_",
    "torch._fused_sgd_",
    "torch.from_dlpack(...).mul_",
    "torch.nn.utils.vector_to_parameters",
    "torch.ops.aten.rrelu_with_noise",
    "torch.ops.aten.rrelu_with_noise_",
    "torch.ops.aten.set_data",
}
BATCH_NORM = {
    "_batch_norm_with_update",
    "_native_batch_norm_legit",
    "native_batch_norm",
    "nn.functional.batch_norm",
}


def still(rows, key):
    return {row["name"] for row in rows if row[key] == "still"}


def moving(rows, key):
    return {row["name"] for row in rows if row[key] == "moves"}


def test_every_in_place_variant_of_an_operation_moves_the_counter(operations):
    assert still(operations, "inplace") == set()
    assert len(moving(operations, "inplace")) > 140


def test_every_function_that_writes_moves_the_counter_but_these(writes):
    assert still(writes, "counter") == UNCOUNTED
    assert len(moving(writes, "counter")) > 200


def test_every_method_ending_in_an_underscore_counts_but_apply_map_and_map2(writes):
    methods = [
        row
        for row in writes
        if row["name"].startswith("Tensor.") and row["name"].endswith("_")
    ]
    storage = {name for name in UNCOUNTED if "storage" in name}
    assert still(methods, "counter") - storage == {
        *("Tensor.apply_", "Tensor.map_", "Tensor.map2_"),
    }
    assert len(moving(methods, "counter")) > 110


def test_every_function_of_nn_init_moves_the_counter(writes):
    found = [row for row in writes if row["name"].startswith("torch.nn.init.")]
    assert {row["counter"] for row in found} == {"moves"}
    assert len(found) > 10


def test_every_foreach_function_moves_the_counter(writes):
    found = [row for row in writes if row["name"].startswith("torch._foreach_")]
    assert {row["counter"] for row in found} == {"moves"}
    assert len(found) > 40


def test_clipping_gradients_moves_their_counter(writes):
    found = {
        row["name"]: row["counter"]
        for row in writes
        if row["name"].startswith("torch.nn.utils.clip_grad")
    }
    assert set(found.values()) == {"moves"}
    assert len(found) == 3


def test_loading_a_state_moves_the_counter(writes):
    found = {row["name"]: row["counter"] for row in writes}
    assert found["torch.nn.Module.load_state_dict"] == "moves"


def test_out_moves_the_counter_but_for_kron(operations):
    assert still(operations, "out") == {"kron"}
    assert len(moving(operations, "out")) > 300


def test_out_is_written_but_by_gelu_and_two_transforms_in_some_cases(operations):
    """A defect of torch: `out=` is left as it was, without a word."""
    found = {row["name"] for row in operations if row["out_unwritten"]}
    assert found == {"fft.ihfft2", "fft.ihfftn", "nn.functional.gelu"}


def test_of_functions_that_change_an_argument_only_batch_norm_does_not_count(
    operations,
):
    assert still(operations, "changes_arguments") == BATCH_NORM


def test_modules_that_write_to_buffers_without_moving_the_counter(modules):
    kinds = {name.rstrip("123d") for name in still(modules, "statistics")}
    assert kinds == {"nn.BatchNorm", "nn.LazyBatchNorm", "nn.SyncBatchNorm"}


def test_modules_that_write_to_buffers_and_move_the_counter(modules):
    kinds = {name.rstrip("123d") for name in moving(modules, "statistics")}
    assert kinds == {"nn.InstanceNorm", "nn.LazyInstanceNorm"}
