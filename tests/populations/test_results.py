"""What operations return: an input, a view, another alias or a copy."""

from __future__ import annotations

# Composite functions: what they are made of declares it, they do not.
UNDECLARED = {
    *("atleast_1d", "atleast_2d", "atleast_3d", "broadcast_tensors", "cartesian_prod"),
    *("conj_physical", "histogramdd", "masked.prod", "meshgrid.list_of_tensors"),
    *("meshgrid.variadic_tensors", "nn.functional.alpha_dropout"),
    *("nn.functional.dropout", "nn.functional.feature_alpha_dropout.with_train"),
    *("nn.functional.feature_alpha_dropout.without_train", "sum_to_size"),
    *("unsafe_chunk", "unsafe_split"),
}
FILLS = {"cauchy", "exponential", "geometric", "log_normal", "normal.in_place"}
FILLS |= {"uniform"}  # in place
NEW = {
    *("empty_like", "full_like", "new_empty", "new_empty_strided", "new_full"),
    *("new_ones", "new_zeros", "ones_like", "rand_like", "randint_like"),
    *("randn_like", "zeros_like"),
}
ALIASES = {"input", "view", "alias"}


def names(rows, key, value):
    return {row["name"] for row in rows if row[key] == value}


def seen(operations, kind):
    return {row["name"] for row in operations if kind in row["result"]}


def test_every_view_shares_the_counter_but_unsafe_ones(operations):
    """Alias: the same storage, with a counter of its own."""
    assert seen(operations, "alias") == {"unsafe_chunk", "unsafe_split"}
    assert len(seen(operations, "view")) > 45


def test_the_schema_does_not_declare_every_alias(operations):
    shared = [row for row in operations if ALIASES & set(row["result"])]
    assert names(shared, "declared", False) == UNDECLARED | FILLS
    assert len(names(shared, "declared", True)) > 40


def test_an_operation_that_declares_an_alias_was_seen_to_return_one(operations):
    declared = [row for row in operations if row["declared"] and row["samples"]]
    assert len(declared) > 40
    assert [r["name"] for r in declared if not ALIASES & set(r["result"])] == []


def test_reshape_flatten_ravel_and_contiguous_depend_on_the_layout(operations):
    found = {row["name"]: row["result"] for row in operations}
    assert found["reshape"] == found["reshape_as"] == ["copy", "view"]
    assert found["ravel"] == found["__getitem__"] == ["copy", "view"]
    assert found["flatten"] == ["copy", "input", "view"]
    assert found["contiguous"] == found["to"] == ["copy", "input"]


def test_view_and_its_kin_never_copy(operations):
    found = {row["name"]: row["result"] for row in operations}
    for name in (
        *("view", "view_as", "transpose", "permute", "t", "T", "mT", "movedim"),
        *("expand", "expand_as", "broadcast_to", "narrow", "select", "diagonal"),
        *("squeeze", "unsqueeze", "unfold", "unflatten", "as_strided"),
        *("chunk", "split", "tensor_split", "unbind", "view_as_real"),
    ):
        assert found[name] == ["view"], name


def test_clone_and_its_kin_always_copy(operations):
    found = {row["name"]: row["result"] for row in operations}
    for name in ("clone", "repeat", "flip", "roll", "index_select", "masked_select"):
        assert found[name] == ["copy"], name


def test_every_result_that_requires_grad_is_no_leaf(operations):
    found = [r["result_is_leaf"] for r in operations if r["result_is_leaf"]]
    assert set(found) == {"never"}
    assert len(found) > 500


def test_a_floating_result_requires_grad_if_an_input_does_but_for_these(operations):
    """The new tensors take only the form of their argument; the others have no
    derivative, in all that they return or in a part of it."""
    never = names(operations, "result_requires_grad", "never")
    rest = {n for n in never - NEW if not n.startswith("special.")}
    assert never >= NEW
    assert rest == {"histc", "masked.argmax", "masked.argmin"}
    assert names(operations, "result_requires_grad", "sometimes") == {
        *("_batch_norm_with_update", "_native_batch_norm_legit", "linalg.lstsq"),
        *("linalg.lu", "lu_unpack", "native_batch_norm", "native_layer_norm"),
    }
    assert len(names(operations, "result_requires_grad", "always")) > 500


def test_under_no_grad_no_result_requires_grad_but_views(operations):
    """A view made there says `requires_grad`, and has no `grad_fn`."""
    marked = {
        row["name"]
        for row in operations
        if row["requires_grad_under_no_grad"] in ("always", "sometimes")
    }
    assert marked <= seen(operations, "view")
    assert len(marked) > 45
    unmarked = names(operations, "requires_grad_under_no_grad", "never")
    assert unmarked & seen(operations, "view") == {"__getitem__"}
    assert len(unmarked) > 500
