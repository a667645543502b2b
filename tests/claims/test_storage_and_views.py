"""The statements of the page on objects, storage and views."""

import copy
import io
import itertools

import numpy as np
import pytest
import torch

from tests.conftest import values

OVERLAP = (
    "RuntimeError: unsupported operation: more than one element of the "
    "written-to tensor refers to a single memory location. Please clone() the "
    "tensor before performing the operation."
)
NO_STRIDES = (
    "RuntimeError: view size is not compatible with input tensor's size and "
    "stride (at least one dimension spans across two contiguous subspaces). "
    "Use .reshape(...) instead."
)


def storage(tensor):
    return tensor.untyped_storage().data_ptr()


def shares(a, b):
    return storage(a) == storage(b)


def table(name):
    """Return what a snippet has put together for a table."""
    return values(f"storage_and_views/{name}")["rows"]


def in_file(thing):
    file = io.BytesIO()
    torch.save(thing, file)
    return len(file.getvalue())


def test_storage_object_storage_and_values_are_three_questions(output):
    """One object, one storage, equal values: each pair fails one more of them."""
    assert output("storage_and_views/three_levels").splitlines() == [
        "torch.equal(copied, x) = True",
        "same is x = True, same[0].item() = 7.0",
        "rows is x = False, rows[0, 0].item() = 7.0",
        "copied is x = False, copied[0].item() = 0.0",
    ]
    x = torch.arange(6.0)
    assert shares(x, x.view(2, 3)) and not shares(x, x.clone())
    assert not torch.equal(x, x.view(2, 3))  # equal says nothing of storage


def test_storage_a_view_differs_in_shape_strides_and_offset_only():
    x = torch.arange(6.0).view(2, 3)
    t, part = x.t(), x[:, 1:]
    assert t.stride() == x.stride()[::-1]
    assert t.storage_offset() == x.storage_offset() == 0
    assert part.stride() == x.stride() and part.storage_offset() == 1
    assert shares(x, t) and shares(x, part)
    # What the strides do not say is not needed: rebuilt from nothing else.
    for view in (t, part):
        again = torch.empty(0).set_(
            x.untyped_storage(), view.storage_offset(), view.shape, view.stride()
        )
        assert torch.equal(again, view)


def test_storage_offset_and_strides_give_the_position_of_an_element(output):
    """Offset plus index times stride: true for every element of every view."""
    x = torch.arange(24.0).view(2, 3, 4)
    for view in (x, x.transpose(0, 2), x[1:, ::2], x[:, 1:, 3], x.expand(5, 2, 3, 4)):
        for index in itertools.product(*map(range, view.shape)):
            steps = (i * s for i, s in zip(index, view.stride(), strict=True))
            assert view[index] == x.view(-1)[view.storage_offset() + sum(steps)]
    lines = output("storage_and_views/strides_and_offset", "one-element").splitlines()
    assert lines[0] == "place = 5"
    assert lines[1].endswith("= tensor(5.)") and lines[3].endswith("= tensor(5.)")


def test_storage_expand_adds_no_elements(output):
    x = torch.ones(1, 3)
    wide = x.expand(2, 3)
    assert wide.stride() == (0, 1) and shares(wide, x)
    assert wide.untyped_storage().nbytes() == x.numel() * x.element_size()
    assert wide.numel() == 6


def test_storage_a_write_to_all_of_an_expanded_tensor_raises(output):
    """Error 22 of the list: with exactly this text; after clone() it is gone."""
    text = output("storage_and_views/expanded_refuses")
    assert text.rstrip().endswith(OVERLAP)
    wide = torch.zeros(1, 3).expand(2, 3)
    with pytest.raises(RuntimeError, match="single memory location"):
        wide.add_(1)
    assert torch.equal(wide.clone().add_(1), torch.ones(2, 3))


def test_storage_a_write_to_one_row_of_an_expanded_tensor_changes_all(output):
    x = torch.zeros(1, 3)
    wide = x.expand(2, 3)
    wide[0] = 7.0
    assert torch.equal(wide, torch.full((2, 3), 7.0)) and torch.all(x == 7.0)
    text = output("storage_and_views/expanded", "write-to-a-row")
    assert text.count("7.") == 6


VIEWS = {
    "x.t()": lambda x: x.t(),
    "x[0]": lambda x: x[0],
    "x[:, ::2]": lambda x: x[:, ::2],
    "expand": lambda x: x.expand(2, *x.shape),
    "chunk": lambda x: x.chunk(2)[0],
}
COPIES = {
    "x[[0]]": lambda x: x[[0]],
    "x[x > 0]": lambda x: x[x > 0],
    "repeat": lambda x: x.repeat(1, 1),
    "flip": lambda x: x.flip(0),
    "float64": lambda x: x.to(torch.float64),
    "clone": lambda x: x.clone(),
}
EITHER = {
    "reshape": lambda x: x.reshape(-1),
    "flatten": lambda x: x.flatten(),
    "contiguous": lambda x: x.contiguous(),
}


@pytest.mark.parametrize("call", VIEWS)
def test_storage_some_operations_always_return_views(call):
    for x in (torch.ones(2, 3), torch.ones(2, 3).t()):
        assert shares(VIEWS[call](x), x)


@pytest.mark.parametrize("call", COPIES)
def test_storage_some_operations_always_copy(call):
    for x in (torch.ones(2, 3), torch.ones(2, 3).t()):
        assert not shares(COPIES[call](x), x)


@pytest.mark.parametrize("call", EITHER)
def test_storage_some_operations_copy_only_if_the_layout_demands_it(call):
    x = torch.ones(2, 3)
    assert shares(EITHER[call](x), x)
    assert not shares(EITHER[call](x.t()), x)


def test_storage_conversions_return_the_tensor_itself_if_nothing_changes():
    x = torch.ones(2, 3)
    assert x.contiguous() is x
    assert x.to(torch.float32) is x and x.t().to(torch.float32).stride() == (1, 3)
    t = x.t()
    assert t.to(torch.float32) is t and t.contiguous() is not t


def test_storage_the_table_of_views_and_copies_shows_all_three_kinds():
    rows = table("view_or_copy")
    kinds = {row["call"]: (row["contiguous"], row["transposed"]) for row in rows}
    assert kinds.pop("x.view(-1)") == (True, None)
    for kind, count in {
        (True, True): len(VIEWS) + 1,  # and to(float32)
        (False, False): len(COPIES),
        (True, False): len(EITHER),
    }.items():
        assert [*kinds.values()].count(kind) == count
    itself = {row["call"] for row in rows if row["itself"]}
    assert itself == {"x.contiguous()", "x.to(torch.float32)"}


def test_storage_a_write_to_the_result_of_reshape_may_or_may_not_arrive(output):
    x = torch.zeros(2, 3)
    x.t().reshape(-1)[1] = 2.0
    assert torch.count_nonzero(x) == 0
    x.reshape(-1)[1] = 2.0
    assert x[0, 1] == 2.0
    assert "b = tensor([0., 2., " in output("storage_and_views/reshape_does_either")


def test_storage_view_never_copies_and_raises_where_no_strides_do(output):
    """Error 23 of the list: with exactly this text."""
    assert output("storage_and_views/view_refuses").rstrip().endswith(NO_STRIDES)
    t = torch.arange(6.0).view(2, 3).t()
    with pytest.raises(RuntimeError, match="at least one dimension spans"):
        t.view(-1)
    assert not shares(t.reshape(-1), t)
    # Values are their positions in the storage: the steps differ in size.
    steps = t.flatten().diff()
    assert len(set(steps.tolist())) > 1


def test_storage_view_does_not_need_a_contiguous_tensor(output):
    x = torch.zeros(4, 3).t()
    assert not x.is_contiguous()
    assert shares(x.view(3, 2, 2), x)
    text = output("storage_and_views/view_splits_what_it_cannot_join")
    assert "x.is_contiguous() = False" in text


def test_storage_a_mask_copies_when_read_and_writes_when_assigned(output):
    assert output("storage_and_views/index_copies_and_assigns").splitlines() == [
        "x = tensor([0., 1., 2., 3.])",
        "x = tensor([0., 1., 0., 0.])",
    ]


def test_storage_base_is_the_first_tensor_even_for_a_view_of_a_view():
    x = torch.arange(6.0)
    rows = x.view(2, 3)
    assert rows._is_view() and rows._base is x
    assert rows[1]._base is x and rows[1].view(3, 1)._base is x
    assert not x._is_view() and x._base is None


def test_storage_is_view_does_not_tell_whether_memory_is_shared(output):
    """detach() shares and is no view; ravel() of a transpose is the reverse."""
    x = torch.zeros(2, 3)
    assert shares(x.detach(), x) and not x.detach()._is_view()
    ravelled = x.t().ravel()
    assert not shares(ravelled, x) and ravelled._is_view()
    assert ravelled._base is not x
    lines = output("storage_and_views/base_of_a_view", "not-about-memory").splitlines()
    assert lines[0].startswith("cut: is_view = False") and lines[0].endswith("(10.)")
    assert lines[1].startswith("ravelled: is_view = True")
    assert lines[1].endswith("(10.)")  # as the line before left it


def test_storage_data_ptr_misses_an_overlap_and_storage_finds_it():
    x = torch.zeros(6)
    front, back = x[:4], x[2:]
    assert front.data_ptr() != back.data_ptr() and shares(front, back)
    front.add_(1)
    assert back[0] == 1.0


def test_storage_one_storage_does_not_mean_a_common_element():
    x = torch.zeros(6)
    even, odd = x[::2], x[1::2]
    assert shares(even, odd)
    assert not np.shares_memory(even.numpy(), odd.numpy())
    even.add_(1)
    assert torch.count_nonzero(odd) == 0


def test_storage_a_tensor_made_from_part_of_an_array_is_missed():
    """Its storage begins elsewhere; shares_memory and a write find it."""
    x = torch.zeros(6)
    array = torch.from_numpy(x.numpy()[2:])
    assert not shares(array, x)
    assert array.storage_offset() == 0
    assert np.shares_memory(array.numpy(), x.numpy())
    array[0] = 1.0
    assert x[2] == 1.0


def test_storage_no_cheap_question_finds_every_shared_element():
    """Of the ways compared, only shares_memory agrees with the write each time."""
    rows = table("same_memory")
    assert all(row["elements"] == row["write"] for row in rows)
    assert any(row["address"] < row["write"] for row in rows)
    assert any(row["storage"] < row["write"] for row in rows)
    assert any(row["storage"] > row["write"] for row in rows)


def test_storage_deepcopy_of_a_view_copies_the_whole_storage(output):
    x = torch.zeros(1000)
    deep = copy.deepcopy(x[:2])
    assert deep.shape == (2,) and not shares(deep, x)
    assert deep.untyped_storage().nbytes() == x.untyped_storage().nbytes() == 4000
    assert x[:2].clone().untyped_storage().nbytes() == 8
    assert output("storage_and_views/deepcopy_of_a_view").splitlines() == [
        "tensor([0., 1.]) 20",
        "tensor([0., 1.]) 20",
        "tensor([0., 1.]) 8",
    ]


def test_storage_save_writes_the_whole_storage_of_a_view():
    x = torch.zeros(1000)
    assert in_file(x[:2]) == in_file(x)
    assert in_file(x) - in_file(x[:2].clone()) == pytest.approx(4 * 998, abs=64)
    file = io.BytesIO()
    torch.save(x[:2], file)
    file.seek(0)
    assert torch.load(file).untyped_storage().nbytes() == 4000
    files = {row["saved"]: row["file"] for row in table("small_view_big_storage")}
    assert files["x"] == files["x[:2]"] == files["copy.deepcopy(x[:2])"]
    assert files["x[:2].clone()"] < files["x"] < files["[x, x[:2]]"] < files["x"] + 200


def test_storage_tensors_saved_together_still_share_when_loaded(output):
    x = torch.zeros(1000)
    assert in_file([x, x[:2]]) < in_file(x) + 200
    assert output("storage_and_views/saved_together").strip() == (
        "loaded['part'] = tensor([7., 1.])"
    )


def test_storage_a_view_keeps_the_whole_storage_alive():
    x = torch.zeros(1000)
    part, before = x[:2], x.untyped_storage().nbytes()
    del x
    assert part.untyped_storage().nbytes() == before


def test_storage_state_dict_is_live_and_so_are_its_shallow_copies(output):
    assert output("storage_and_views/state_dict_is_live").splitlines() == [
        "state_dict()           9.0",
        "dict(state_dict())     9.0",
        "state_dict().copy()    9.0",
        "deepcopy(state_dict()) 1.0",
        "clone() of each        1.0",
    ]
    model = torch.nn.Linear(1, 1)
    assert shares(model.state_dict()["weight"], model.weight)
    assert dict(model.state_dict())["weight"].data_ptr() == model.weight.data_ptr()


def test_storage_set_moves_one_object_to_another_storage(output):
    x, y = torch.zeros(2), torch.ones(2)
    z = x.detach()
    z.set_(y)
    assert shares(z, y) and not shares(z, x)
    assert output("storage_and_views/set_moves_one_object").splitlines() == [
        "x = tensor([1., 2.])",
        "y = tensor([5., 8.])",
    ]


def test_storage_assigning_data_leaves_views_behind(output):
    x = torch.arange(4.0)
    square, before = x.view(2, 2), storage(x)
    x.data = torch.tensor([7.0, 8.0])
    assert storage(square) == before != storage(x)
    assert square._base is x
    x.copy_(torch.tensor([1.0, 2.0]))
    assert storage(x) != before and x.tolist() == [1.0, 2.0]


def test_storage_copy_writes_the_values_where_they_are():
    x = torch.zeros(4)
    square = x.view(2, 2)
    x.copy_(torch.arange(4.0))
    assert square.tolist() == [[0.0, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize("convert", ["double", "to"])
def test_storage_a_module_keeps_its_parameters_and_changes_their_storage(
    convert, output
):
    model = torch.nn.Linear(2, 1)
    weight, row = model.weight, model.weight.detach()[0]
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    getattr(model, convert)(*([torch.float64] if convert == "to" else []))
    assert model.weight is weight is optimizer.param_groups[0]["params"][0]
    assert weight.dtype == torch.float64 and row.dtype == torch.float32
    weight.grad = torch.ones_like(weight)
    before, row_before = weight.detach().clone(), row.clone()
    optimizer.step()
    assert not torch.equal(weight, before) and torch.equal(row, row_before)
    text = output("storage_and_views/module_moves_its_parameters")
    assert "model.weight is weight = True" in text
    assert "(row == 7.0).any().item() = False" in text


def test_storage_resize_changes_one_shape_and_lengthens_the_shared_storage(output):
    x = torch.arange(4.0)
    z = x.detach()
    z.resize_(2)
    assert z.untyped_storage().nbytes() == 16 and x.shape == (4,)
    z.resize_(6)
    assert shares(x, z) and x.untyped_storage().nbytes() == 24 and x.shape == (4,)
    z[0] = 7.0
    assert x[0] == 7.0
    text = output("storage_and_views/resize_grows_the_storage")
    assert "x.shape = torch.Size([4]), z.shape = torch.Size([2, 2])" in text
    assert text.rstrip().endswith("x = tensor([7., 1., 2., 3.])")
