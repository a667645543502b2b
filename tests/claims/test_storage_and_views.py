"""The statements of the page on objects, storage and views."""

import copy
import io
import itertools
import math
import random
import warnings

import numpy as np
import pytest
import torch
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

from tests.claims import populations_of_torch as population
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


def positions(x):
    """For each element, its place in the storage."""
    places = torch.full(x.shape, x.storage_offset())
    for d, (size, stride) in enumerate(zip(x.shape, x.stride(), strict=True)):
        shape = [size if i == d else 1 for i in range(x.dim())]
        places = places + (torch.arange(size) * stride).view(shape)
    return places


def by_strides(places):
    """Whether a regular grid, an offset and a stride a dimension, gives the places."""
    grid = places.flatten()[0]
    for d, size in enumerate(places.shape):
        one = places.select(d, min(1, size - 1)) - places.select(d, 0)
        shape = [size if i == d else 1 for i in range(places.dim())]
        grid = grid + (torch.arange(size) * one.flatten()[0]).view(shape)
    return torch.equal(places, grid.expand_as(places))


def layouts(count):
    """Yield tensors laid out by chance: sliced, stepped, permuted, expanded."""
    chance = random.Random(0)
    for _ in range(count):
        shape = [chance.choice([1, 1, 2, 3, 4]) for _ in range(chance.randint(0, 4))]
        x = torch.arange(float(math.prod(2 * n for n in shape)))
        x = x.view([2 * n for n in shape])
        for d, n in enumerate(shape):
            step = chance.choice([1, 1, 2])
            start = chance.choice([0, 2 * n - n * step])
            x = x.narrow(d, start, n * step)[
                (slice(None),) * d + (slice(0, None, step),)
            ]
        x = x.permute(chance.sample(range(x.dim()), x.dim()))
        if chance.random() < 0.3:
            x = x.expand(2, *x.shape)
        yield x, chance


def factors(number, count, chance):
    """Return a shape with so many elements."""
    shape = []
    for _ in range(count - 1):
        shape.append(
            chance.choice([n for n in range(1, number + 1) if number % n == 0])
        )
        number //= shape[-1]
    return [*shape, number]


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
    for equal in (x.clone(), x.view_as(x)):
        assert torch.equal(equal, x) and equal is not x
    with pytest.raises(NotImplementedError, match="Cannot access storage"):
        torch.eye(2).to_sparse().untyped_storage()


def test_storage_a_few_views_read_the_bits_as_something_else():
    """Of all operations these alone; and view(dtype), which takes any dtype."""
    differ = set()
    for name, given, call in population.calls(
        torch.float64, torch.complex128, limit=6, prepare=torch.Tensor.clone
    ):
        try:
            returned = population.tensors(call())
        except Exception:  # a sample that cannot be run so
            continue
        strided = [t for t in given if t.layout == torch.strided and t.numel()]
        for t, source in itertools.product(returned, strided):
            if t.layout != torch.strided or t is source or not t.numel():
                continue
            if shares(t, source) and (t.dtype, t.is_conj(), t.is_neg()) != (
                source.dtype, source.is_conj(), source.is_neg(),
            ):  # fmt: skip
                differ.add(name)
    names = {"view_as_real", "view_as_complex", "real", "imag", "conj"}
    assert differ == names | {"H", "mH"}  # the conjugates of T and mT
    x = torch.ones(2)
    assert shares(x.view(torch.int32), x)


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


def written(write):
    """What a write to all of an expanded tensor does."""
    x = torch.ones(1, 2)
    wide = x.expand(2, 2)
    expected = wide.clone()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        write(expected)
        before = len(caught)
        try:
            write(wide)
        except RuntimeError as error:
            return "raises" if "single memory location" in str(error) else "fails"
    if len(caught) > before:
        return "warns"
    return "right" if torch.equal(wide, expected) else "wrong"


@pytest.mark.parametrize(
    ("write", "does"),
    [
        (lambda t: t.add_(1), "raises"),
        (lambda t: t.copy_(torch.zeros(2, 2)), "raises"),
        (lambda t: t.__setitem__(slice(None), 5.0), "raises"),
        (lambda t: t.index_copy_(0, torch.arange(2), torch.zeros(2, 2)), "raises"),
        (lambda t: torch.add(t, 1, out=t), "raises"),
        (lambda t: torch._foreach_add_([t], 1), "raises"),
        (lambda t: t.fill_(5.0), "right"),
        (lambda t: t.zero_(), "right"),
        (lambda t: t.index_put_((torch.arange(2),), torch.zeros(2, 2)), "warns"),
        (lambda t: t.masked_fill_(torch.eye(2).bool(), 5.0), "warns"),
        (lambda t: t.tril_(), "wrong"),
        (lambda t: t.triu_(), "wrong"),
        (lambda t: t.apply_(lambda v: v + 1), "wrong"),
    ],
)
def test_storage_the_check_for_overlaps_is_not_made_by_all_operations(write, does):
    assert written(write) == does


def test_storage_overlapping_windows_are_written_to_without_an_exception(output):
    shown = output("storage_and_views/overlapping_windows").splitlines()
    assert shown[-1] == "torch.equal(x, torch.ones(5)) = False"
    for size, step in ((2, 1), (3, 1), (3, 2), (4, 3)):
        x = torch.zeros(9)
        windows = x.unfold(0, size, step)
        assert 0 not in windows.stride()
        windows.add_(1)
        assert not torch.equal(x, torch.ones(9))


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


SOURCES = {
    "contiguous": torch.ones(2, 3),
    "transposed": torch.ones(2, 3).t(),
    "expanded": torch.ones(1, 3).expand(2, 3),
    "with gaps": torch.ones(4, 6)[::2, 1::2],
    "one element": torch.ones(1, 1),
    "one row": torch.ones(1, 3),
    "bool": torch.ones(2, 3, dtype=torch.bool),
    "integers": torch.ones(2, 3, dtype=torch.int64),
    "conjugate": torch.ones(2, 3, dtype=torch.complex64).conj(),
    "non-leaf": torch.ones(2, 3, requires_grad=True) * 2,
    "parameter": torch.nn.Parameter(torch.ones(2, 3)),
}
sources = pytest.mark.parametrize("x", SOURCES.values(), ids=SOURCES)


@sources
@pytest.mark.parametrize("call", VIEWS)
def test_storage_some_operations_always_return_views(call, x):
    assert shares(VIEWS[call](x), x)


@sources
@pytest.mark.parametrize(
    "index", [0, -1, slice(None), (slice(None), 0), ..., None, torch.tensor(0)]
)
def test_storage_numbers_and_slices_as_an_index_always_give_views(index, x):
    assert shares(x[index], x)


@sources
@pytest.mark.parametrize("call", COPIES)
def test_storage_some_operations_always_copy(call, x):
    if "x > 0" in call and x.is_complex():
        x = x.resolve_conj().real
    assert not shares(COPIES[call](x), x)


@sources
@pytest.mark.parametrize(
    "call",
    [
        lambda x: x[[0]],
        lambda x: x[[0], :1],
        lambda x: x[torch.arange(x.size(0))],
        lambda x: x[torch.ones(x.shape, dtype=torch.bool)],
        lambda x: x[torch.tensor(True)],
        lambda x: x.flip(()),
        lambda x: x.repeat(1, 1),
    ],
)
def test_storage_lists_masks_repeat_and_flip_copy_even_where_a_view_would_do(call, x):
    assert not shares(call(x), x)


def test_storage_view_reshape_flatten_and_contiguous_for_layouts_by_chance():
    """A view where strides describe the result; else view raises, the others copy."""
    seen = {True: 0, False: 0}
    for x, chance in layouts(600):
        shape = factors(x.numel(), chance.randint(1, 4), chance)
        describable = by_strides(positions(x).reshape(shape))
        seen[describable] += 1
        if describable:
            assert shares(x.view(shape), x)
            assert torch.equal(positions(x.view(shape)), positions(x).reshape(shape))
        else:
            with pytest.raises(RuntimeError, match="at least one dimension spans"):
                x.view(shape)
        assert shares(x.reshape(shape), x) == describable
        assert shares(x.flatten(), x) == by_strides(positions(x).flatten())
        assert (x.contiguous() is x) == x.is_contiguous()
        assert x.is_contiguous() or not shares(x.contiguous(), x)
    assert min(seen.values()) > 50


def test_storage_a_dimension_can_be_split_by_view_in_any_layout():
    for x, chance in layouts(300):
        for d, size in enumerate(x.shape):
            split = factors(size, 2, chance)
            assert shares(x.view(*x.shape[:d], *split, *x.shape[d + 1 :]), x)


def test_storage_clone_copies_the_elements_shown_and_no_others():
    for x, _ in layouts(300):
        assert torch.equal(x.clone(), x) and not shares(x.clone(), x)
        assert x.clone().untyped_storage().nbytes() == x.numel() * x.element_size()


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
    assert x.to(torch.float32, copy=True) is not x
    image = torch.ones(1, 2, 3, 3)
    other = image.to(torch.float32, memory_format=torch.channels_last)
    assert not shares(other, image)
    assert other.to(memory_format=torch.channels_last) is other


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
    with torch.no_grad():
        assert x.view(2, 3)._base is x
    with torch.inference_mode():
        fresh = torch.arange(6.0)
        assert shares(fresh.view(2, 3), fresh) and fresh.view(2, 3)._base is None
        assert x.view(2, 3)._base is x
    assert fresh.view(2, 3)._base is None  # outside as well


def test_storage_what_makes_views_keeps_the_first_tensor_as_base():
    """Of all operations only unsafe_chunk and unsafe_split share without a base."""
    views, without = set(), set()
    for name, given, call in population.calls(
        torch.float64, limit=6, prepare=torch.Tensor.clone
    ):
        try:
            returned = population.tensors(call())
        except Exception:  # a sample that cannot be run so
            continue
        strided = [t for t in given if t.layout == torch.strided and t.numel()]
        for t, source in itertools.product(returned, strided):
            if t.layout != torch.strided or any(t is g for g in given) or not t.numel():
                continue
            if shares(t, source):
                (views if t._base is source else without).add(name)
    assert len(views) > 40 and without == {"unsafe_chunk", "unsafe_split"}


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


def test_storage_shares_memory_finds_common_elements_in_layouts_by_chance():
    base, chance = torch.zeros(24), random.Random(0)

    def part():
        start, stop = sorted(chance.sample(range(25), 2))
        x = base[start : stop : chance.randint(1, 4)]
        return x.view(2, -1) if x.numel() % 2 == 0 and chance.random() < 0.5 else x

    seen = {True: 0, False: 0}
    for _ in range(300):
        a, b = part(), part()
        both = {*positions(a).flatten().tolist()} & {*positions(b).flatten().tolist()}
        assert np.shares_memory(a.numpy(), b.numpy()) == bool(both)
        seen[bool(both)] += 1
    assert min(seen.values()) > 50


def test_storage_the_address_0_says_nothing():
    pairs = [(torch.empty(0), torch.empty(0))]
    pairs += [(torch.ones(2, device="meta"), torch.ones(3, device="meta"))]
    for a, b in pairs:
        assert shares(a, b) and a.data_ptr() == b.data_ptr() == 0


def test_storage_not_every_tensor_has_an_array():
    with pytest.raises(TypeError, match="BFloat16"):
        torch.ones(1, dtype=torch.bfloat16).numpy()
    w = torch.ones(1, requires_grad=True)
    with pytest.raises(RuntimeError, match="requires grad"):
        w.numpy()
    assert np.shares_memory(w.detach().numpy(), w.detach().numpy())


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
    buffer = copy.deepcopy(torch.nn.Buffer(x[:2]))
    assert buffer.untyped_storage().nbytes() == 4000
    parameter = copy.deepcopy(torch.nn.Parameter(x[:2]))
    assert parameter.untyped_storage().nbytes() == 8
    meta = copy.deepcopy(torch.zeros(1000, device="meta")[:2])
    assert meta.untyped_storage().nbytes() == 8
    assert output("storage_and_views/deepcopy_of_a_view").splitlines() == [
        "tensor([0., 1.]) 20",
        "tensor([0., 1.]) 20",
        "tensor([0., 1.]) 8",
    ]


def test_storage_save_writes_the_whole_storage_of_a_view():
    x = torch.zeros(1000)
    assert in_file(x[:2]) == in_file(x)
    assert in_file(torch.nn.Parameter(x[:2])) >= in_file(x)
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


@pytest.mark.parametrize("info", module_db, ids=lambda info: info.name)
def test_storage_the_entries_of_state_dict_share_with_every_module(info):
    for module in population.modules(info):
        there = {**dict(module.named_parameters()), **dict(module.named_buffers())}
        for name, entry in module.state_dict().items():
            assert entry.data_ptr() == there[name].data_ptr()


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


KEEPS_WORKING = {"Adadelta", "ASGD", "Rprop", "SGD", "SparseAdam", "Adagrad", "RMSprop"}


@pytest.mark.parametrize("info", optim_db, ids=lambda info: info.name)
def test_storage_many_optimizers_raise_after_a_change_of_dtype(info, output):
    shown = output("storage_and_views/optimizer_after_double").splitlines()
    assert shown[0].startswith("weight is model.weight = True")
    assert shown[1].endswith(" = torch.float32")
    module = torch.nn.Module()
    module.w = torch.nn.Parameter(torch.ones(2, 2))
    optimizer = info.optim_cls(module.parameters(), lr=0.1)

    def step():
        grad = torch.full_like(module.w, 0.5)
        module.w.grad = grad.to_sparse() if info.only_supports_sparse_grads else grad
        optimizer.step((lambda: module.w.sum()) if info.step_requires_closure else None)

    step()
    module.double()
    assert optimizer.param_groups[0]["params"][0] is module.w
    try:
        step()
        works = True
    except RuntimeError:
        works = False
    assert works == (info.name in KEEPS_WORKING)


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
    with pytest.raises(RuntimeError, match="cannot resize variables that require grad"):
        torch.ones(2, requires_grad=True).resize_(4)
    x = torch.arange(4.0)
    part = x[:2]
    part.resize_(4)
    assert shares(x, part) and x.untyped_storage().nbytes() == 16
    assert torch.equal(part, x)
    array = np.ones(2)
    with pytest.raises(RuntimeError, match="storage that is not resizable"):
        torch.from_numpy(array).resize_(4)
    assert torch.from_numpy(array).resize_(1).shape == (1,)
    text = output("storage_and_views/resize_grows_the_storage")
    assert "x.shape = torch.Size([4]), z.shape = torch.Size([2, 2])" in text
    assert text.rstrip().endswith("x = tensor([7., 1., 2., 3.])")
