"""The statements of the page on the memory that NumPy and torch share."""

import gc
import operator as op
import subprocess
import sys
import warnings
import weakref

import numpy as np
import pytest
import torch

from sitebuild.programs.snippet import parse
from tests.claims.tensors import leaf
from tests.conftest import values


def table(name):
    """Return what a snippet has put together for a table."""
    return values(f"numpy_memory/{name}")["rows"]


def address(array):
    return array.ctypes.data


def read_only(array):
    array.flags.writeable = False
    return array


def test_numpy_memory_three_objects_of_two_libraries_use_one_memory(output):
    text = output("numpy_memory/one_memory", "after")
    assert text.count("7.") == 2
    a = np.zeros(6)
    x = torch.from_numpy(a).view(2, 3)
    row = x[1].numpy()
    a[3], x[1, 1], row[2] = 1.0, 2.0, 3.0
    assert row.tolist() == x[1].tolist() == a[3:].tolist() == [1.0, 2.0, 3.0]


ALWAYS = (torch.from_numpy, torch.as_tensor, torch.asarray, torch.from_dlpack)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_numpy_memory_from_and_as_share_and_tensor_copies(dtype):
    """By address, where the table of the page decides by a write."""
    a = np.zeros(2, dtype=dtype)
    for call in ALWAYS:
        assert call(a).data_ptr() == address(a)
    assert torch.tensor(a).data_ptr() != address(a)
    assert torch.asarray(a, copy=True).data_ptr() != address(a)
    row = {row["call"]: row[dtype] for row in table("array_to_tensor")}
    assert [row[f"torch.{call.__name__}(a)"] for call in ALWAYS] == [True] * 4
    assert not row["torch.tensor(a)"] and not row["torch.asarray(a, copy=True)"]


def test_numpy_memory_torch_Tensor_shares_only_the_default_dtype():
    assert torch.get_default_dtype() == torch.float32
    for dtype in ("float32", "float64", "int64"):
        a = np.zeros(2, dtype=dtype)
        x = torch.Tensor(a)
        assert x.dtype == torch.float32
        assert (x.data_ptr() == address(a)) == (dtype == "float32")
    (row,) = (r for r in table("array_to_tensor") if r["call"] == "torch.Tensor(a)")
    assert row["float32"] and not row["float64"] and not row["int64"]
    assert row["of float64"] == "torch.float32"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
def test_numpy_memory_from_a_tensor_all_share_unless_told_otherwise(dtype):
    x = torch.zeros(2, dtype=dtype)
    for call in (torch.Tensor.numpy, np.asarray, np.from_dlpack):
        assert address(call(x)) == x.data_ptr()
    assert address(x.numpy().copy()) != x.data_ptr()
    shares = address(np.asarray(x, dtype="float32")) == x.data_ptr()
    assert shares == (dtype == torch.float32)
    row = {row["call"]: row[str(dtype)] for row in table("tensor_to_array")}
    for call in ("x.numpy()", "np.asarray(x)", "np.from_dlpack(x)"):
        assert row[call]
    for call in ("x.numpy().copy()", "np.array(x.numpy())", "np.array(x.tolist())"):
        assert not row[call]
    assert row["np.asarray(x, dtype='float32')"] == shares


def test_numpy_memory_tolist_changes_the_dtype():
    assert np.array(torch.zeros(2).tolist()).dtype == np.float64


def test_numpy_memory_np_array_of_a_tensor_copies_and_warns(output):
    x = torch.zeros(2)
    with pytest.warns(DeprecationWarning, match="doesn't accept a copy keyword"):
        a = np.array(x)
    assert address(a) != x.data_ptr()
    text = output("numpy_memory/array_of_a_tensor_warns")
    assert "DeprecationWarning" in text and "a = array([0., 0.]" in text


def test_numpy_memory_another_dtype_ends_the_sharing(output):
    """from_numpy(a).float() shares float32 and copies float64."""
    assert output("numpy_memory/float_may_end_it").splitlines() == [
        "float32: a = array([1., 1.], dtype=float32)",
        "float64: a = array([0., 0.])",
    ]
    assert np.zeros(1).dtype == np.float64


def test_numpy_memory_an_assignment_ends_the_sharing_for_good(output):
    assert output("numpy_memory/in_place_or_rebind").splitlines() == [
        "a = array([1., 1.])",
        "x = tensor([2., 2.], dtype=torch.float64), a = array([1., 1.])",
        "x = tensor([3., 3.], dtype=torch.float64), a = array([1., 1.])",
    ]


def test_numpy_memory_a_list_of_arrays_is_copied_with_a_warning(output):
    """The warning is given once in a process, so the snippet shows it."""
    text = output("numpy_memory/list_of_arrays_warns")
    assert "UserWarning: Creating a tensor from a list of numpy.ndarrays is" in text
    assert text.count("Warning:") == 1
    assert text.rstrip().endswith("torch.equal(x, y) = True")
    samples = [np.zeros(2), np.ones(2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = torch.tensor(samples)
    samples[0][0] = 7.0
    assert x[0, 0] == 0.0


def test_numpy_memory_dtypes_that_both_libraries_have_are_shared():
    rows = {row["tensor"]: row for row in table("dtypes")}
    missing = [rows.pop("torch.bfloat16"), rows.pop("torch.float8_e5m2")]
    assert all(row["array"] is None for row in missing)
    for name, row in rows.items():
        x = torch.zeros(2, dtype=getattr(torch, name.split(".")[1]))
        assert row["shares"] and address(x.numpy()) == x.data_ptr()
        assert f"torch.{row['array']}" == name
    assert {"torch.bool", "torch.complex64"} <= set(rows)


def test_numpy_memory_bfloat16_raises_even_with_force(output):
    """Error 30 of the list: with exactly this text."""
    text = output("numpy_memory/bfloat16_refuses")
    assert text.rstrip().endswith("TypeError: Got unsupported ScalarType BFloat16")
    x = torch.tensor([1.5], dtype=torch.bfloat16)
    for call in (torch.Tensor.numpy, np.asarray, lambda x: x.numpy(force=True)):
        with pytest.raises(TypeError, match="BFloat16"):
            call(x)
    assert address(x.float().numpy()) != x.data_ptr()
    assert address(x.view(torch.int16).numpy()) == x.data_ptr()


def test_numpy_memory_an_array_of_objects_raises(output):
    text = output("numpy_memory/objects_refuse")
    assert "TypeError: can't convert np.ndarray of type numpy.object_." in text
    for call in (torch.from_numpy, torch.tensor, torch.as_tensor):
        with pytest.raises(TypeError, match="can't convert np"):
            call(np.array([None]))


def test_numpy_memory_strides_are_taken_over(output):
    a = np.zeros((2, 3), order="F")
    x = torch.from_numpy(a)
    assert tuple(s * a.itemsize for s in x.stride()) == a.strides
    assert not x.is_contiguous()
    assert torch.tensor(a).stride() == x.stride()
    assert torch.from_numpy(a.copy()).is_contiguous()
    x.reshape(-1)[0] = 7.0
    assert not a.any()  # reshape made a copy
    text = output("numpy_memory/order_comes_along")
    assert "7." not in text


@pytest.mark.parametrize(
    "call", [torch.from_numpy, torch.as_tensor, torch.tensor, torch.asarray]
)
def test_numpy_memory_negative_strides_raise(call):
    """In all of these, those that copy among them."""
    with pytest.raises(ValueError, match="stride in the given numpy array is negative"):
        call(np.arange(3.0)[::-1])
    assert call(np.arange(3.0)[::-1].copy()).tolist() == [2.0, 1.0, 0.0]


def test_numpy_memory_negative_strides_raise_with_this_text(output):
    assert (
        "ValueError: At least one stride in the given numpy array is negative, and "
        "tensors with negative strides are not currently supported."
    ) in output("numpy_memory/negative_strides_refuse")


def test_numpy_memory_from_dlpack_aborts_the_process_on_negative_strides():
    program = (
        "import numpy, torch\n"
        "try: torch.from_dlpack(numpy.arange(3.0)[::-1])\n"
        "except BaseException: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert done.returncode < 0, "no signal any more: correct the page"
    assert b"terminate called" in done.stderr


def test_numpy_memory_a_read_only_array_is_written_to_after_a_warning(output):
    text = output("numpy_memory/read_only")
    assert "UserWarning: The given NumPy array is not writable" in text
    assert "a.flags.writeable = False" in text and "a = array([7., 1., 2.])" in text
    a = read_only(np.zeros(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.from_numpy(a)[0] = 7.0
        assert a[0] == 7.0
    torch.tensor(a)[0] = 1.0
    assert a[0] == 7.0


def test_numpy_memory_the_read_only_warning_is_given_once_in_a_process():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.from_numpy(read_only(np.zeros(2)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        torch.from_numpy(read_only(np.zeros(2)))
    assert not caught


def test_numpy_memory_frombuffer_and_broadcast_to_are_read_only():
    assert not np.frombuffer(b"abc", dtype="uint8").flags.writeable
    assert not np.broadcast_to(np.zeros(2), (3, 2)).flags.writeable


def test_numpy_memory_a_buffer_used_again_spoils_the_gradient_silently(output):
    lines = output("numpy_memory/buffer_is_used_again", "next-batch").splitlines()
    assert lines[0].startswith("loss = tensor(2.")
    assert lines[1:] == ["batch._version = 0", "w.grad = tensor([10.])"]
    assert output("numpy_memory/copied_batch").strip() == "w.grad = tensor([2.])"


def test_numpy_memory_each_side_keeps_the_memory_alive(output):
    lines = output("numpy_memory/kept_alive").splitlines()
    assert lines[0] == "from_tensor = array([0., 1., 2.], dtype=float32)"
    assert lines[2:] == [
        "alive() is not None = True",
        "alive() is not None = False",
    ]
    a = np.zeros(3)
    alive, x = weakref.ref(a), torch.from_numpy(a)
    view = x[1:]
    del a, x
    gc.collect()
    assert alive() is not None
    del view
    gc.collect()
    assert alive() is None
    x = torch.arange(3.0)
    array = x.numpy()
    assert isinstance(array.base, torch.Tensor)
    assert array.base.data_ptr() == x.data_ptr()


def test_numpy_memory_numpy_locks_the_size_of_the_storage_for_good(output):
    x = torch.arange(4.0)
    assert x.untyped_storage().resizable()
    x.numpy()
    gc.collect()
    assert not x.untyped_storage().resizable()
    with pytest.raises(RuntimeError, match="storage that is not resizable"):
        x.resize_(8)
    assert (
        output("numpy_memory/resize_refuses")
        .rstrip()
        .endswith("RuntimeError: Trying to resize storage that is not resizable")
    )


def test_numpy_memory_from_dlpack_does_not_lock_and_the_array_is_left_behind():
    y = torch.arange(4.0)
    b = np.from_dlpack(y)
    assert address(b) == y.data_ptr()
    assert y.untyped_storage().resizable()
    y.resize_(1000)
    assert address(b) != y.data_ptr()
    assert y[:4].tolist() == [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("call", [np.from_dlpack, torch.from_dlpack])
def test_numpy_memory_dlpack_refuses_requires_grad_inside_no_grad_too(call, output):
    """Error 29 of the list; numpy() works there, and a detached tensor does."""
    for recording in (True, False):
        with (
            torch.set_grad_enabled(recording),
            pytest.raises(BufferError, match="Can't export tensors that require grad"),
        ):
            call(leaf())
    w = leaf()
    call(w.detach())[0] = 7.0
    assert w.item() == 7.0
    text = output("numpy_memory/dlpack_refuses_requires_grad")
    assert "a = array([7.], dtype=float32), w = tensor([7.], requires_grad=True)" in (
        text
    )
    assert text.rstrip().endswith(
        "BufferError: Can't export tensors that require gradient, use tensor.detach()"
    )


def test_numpy_memory_a_tensor_times_an_array_is_computed_by_numpy(output):
    called = []

    class Watched(torch.Tensor):
        def __array__(self, dtype=None):
            called.append("__array__")
            return self.as_subclass(torch.Tensor).numpy()

    x = torch.ones(2).as_subclass(Watched)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        product = x * np.ones(2)
    assert called and isinstance(product, torch.Tensor)
    for call in (lambda w: w * np.ones(2), np.sin):
        with pytest.raises(RuntimeError, match="Can't call numpy"):
            call(leaf(1.0, 2.0))
    text = output("numpy_memory/numpy_computes")
    assert "x * a = tensor([3., 8.], dtype=torch.float64)" in text


def test_numpy_memory_an_array_plus_a_tensor_raises(output):
    """So do a += x and the multiplications."""
    text = output("numpy_memory/array_plus_tensor")
    assert (
        "TypeError: Concatenation operation is not implemented for NumPy arrays, "
        "use np.concatenate() instead."
    ) in text
    a, x = np.ones(2), torch.ones(2)
    for operate in (op.add, op.iadd, op.mul, op.imul):
        with pytest.raises(TypeError):
            operate(a, x)
    b, w = torch.from_numpy(a), leaf(1.0, 2.0)
    for product in (b * w, w * b, b + w):
        assert product.requires_grad


BOTH = ["bool", "float16", "float32", "float64", "complex64", "complex128"] + [
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
]
COPYING = (torch.tensor, lambda a: torch.asarray(a, copy=True))


@pytest.mark.parametrize("dtype", BOTH)
def test_numpy_memory_four_functions_share_every_dtype_of_both(dtype):
    for shape in ((2,), (2, 3), (1, 1)):
        a = np.zeros(shape, dtype=dtype)
        for call in ALWAYS:
            x = call(a)
            assert x.data_ptr() == address(a) and str(x.dtype) == f"torch.{dtype}"
        for call in COPYING:
            assert call(a).data_ptr() != address(a)
        x = torch.from_numpy(a)
        for back in (torch.Tensor.numpy, np.asarray, np.from_dlpack):
            assert address(back(x)) == address(a)


LAYOUTS = {
    "F order": lambda: np.zeros((2, 3), order="F"),
    "with gaps": lambda: np.zeros((4, 4))[::2, 1:],
    "masked": lambda: np.ma.zeros(2),
    "unaligned": lambda: np.frombuffer(bytearray(17), "u1")[1:].view("f8"),
    "read-only": lambda: read_only(np.zeros(2)),
    "broadcast": lambda: np.broadcast_to(np.zeros(2), (3, 2)),
}


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_numpy_memory_the_layout_comes_along(layout):
    a = LAYOUTS[layout]()
    for call in ALWAYS:
        x = call(a)
        assert x.data_ptr() == address(a) and x.shape == a.shape
        assert tuple(stride * a.itemsize for stride in x.stride()) == a.strides
    for call in COPYING:
        assert call(a).data_ptr() != address(a)
    assert a.copy().flags.c_contiguous


def test_numpy_memory_asarray_copies_an_array_without_dimensions():
    a = np.array(3.0)
    shared = [call.__name__ for call in ALWAYS if call(a).data_ptr() == address(a)]
    assert shared == ["from_numpy", "as_tensor", "from_dlpack"]


@pytest.mark.parametrize(
    "data",
    [1.5, [1.0, 2.0], torch.ones(2), np.float32(1.0), memoryview(bytearray(8))],
    ids=str,
)
def test_numpy_memory_torch_tensor_copies_whatever_it_is_given(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x, y = torch.tensor(data), torch.tensor(data)
    assert x.data_ptr() != y.data_ptr()
    if isinstance(data, torch.Tensor):
        assert x.data_ptr() != data.data_ptr()


def test_numpy_memory_torch_Tensor_follows_the_default_dtype():
    torch.set_default_dtype(torch.float64)
    try:
        for dtype in ("float32", "float64"):
            a = np.zeros(2, dtype=dtype)
            assert (torch.Tensor(a).data_ptr() == address(a)) == (dtype == "float64")
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (torch.float16, "float64"),
        (torch.float32, "float64"),
        (torch.float64, "float64"),
        (torch.complex64, "complex128"),
        (torch.int16, "int64"),
        (torch.int64, "int64"),
        (torch.bool, "bool"),
    ],
)
def test_numpy_memory_tolist_leads_to_the_dtypes_of_python(dtype, expected):
    """So it changes float32, and not float64 or int64."""
    assert np.array(torch.zeros(2, dtype=dtype).tolist()).dtype == expected


@pytest.mark.filterwarnings("ignore:Casting complex values")
def test_numpy_memory_a_conversion_shares_only_if_the_dtype_stays():
    """All pairs, on both sides; a view as another dtype converts nothing."""
    for one in BOTH:
        a = np.zeros(2, dtype=one)
        x = torch.from_numpy(a)
        for other in BOTH:
            y = x.to(getattr(torch, other))
            assert (y.data_ptr() == x.data_ptr()) == (one == other)
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                b = a.astype(other, copy=False)
            assert (address(b) == address(a)) == (one == other)


@pytest.mark.parametrize(
    "call", [torch.tensor, torch.as_tensor, torch.asarray, torch.Tensor]
)
@pytest.mark.parametrize(
    "samples",
    [[np.zeros(2), np.ones(2)], (np.zeros(2),), list(np.zeros((2, 2)))],
    ids=["two arrays", "a tuple", "rows of one array"],
)
def test_numpy_memory_any_list_of_arrays_is_copied(call, samples):
    """Even where the arrays do lie in one memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = call(samples)
    assert x.data_ptr() != address(samples[0])
    with pytest.raises(TypeError, match="expected np"):
        torch.from_numpy(samples)


def test_numpy_memory_a_stacked_list_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.from_numpy(np.stack([np.zeros(2), np.ones(2)]))


@pytest.mark.parametrize("dtype", ["longdouble", "S3", "U3", "M8[s]", "O", "i4,f4"])
def test_numpy_memory_dtypes_that_torch_lacks_are_refused(dtype):
    a = np.zeros(2, dtype=dtype)
    for call in (torch.from_numpy, torch.as_tensor, torch.asarray, torch.tensor):
        with pytest.raises(TypeError, match="can't convert np"):
            call(a)
    with pytest.raises(BufferError):
        torch.from_dlpack(a)


def test_numpy_memory_arrays_of_different_lengths_fit_only_as_objects():
    lengths_differ = [np.zeros(2), np.zeros(3)]
    for dtype in (None, "float64", "int64", "S3"):
        with pytest.raises(ValueError, match="inhomogeneous"):
            np.array(lengths_differ, dtype=dtype)
    assert np.array(lengths_differ, dtype=object).dtype == object


@pytest.mark.parametrize("dtype", [torch.float8_e5m2, torch.float16, torch.bfloat16])
def test_numpy_memory_a_view_as_an_integer_dtype_shares_the_bits(dtype):
    x = torch.ones(2, dtype=dtype)
    whole = {1: torch.int8, 2: torch.int16}[x.element_size()]
    assert address(x.view(whole).numpy()) == x.data_ptr()
    assert address(x.float().numpy()) != x.data_ptr()


def test_numpy_memory_tensors_have_no_negative_strides():
    with pytest.raises(RuntimeError, match="Negative strides"):
        torch.zeros(3).as_strided((3,), (-1,), 2)
    for a in (np.zeros((2, 3))[:, ::-1], np.zeros(1)[::-1], np.zeros((2, 2))[::-1]):
        for call in (torch.from_numpy, torch.tensor, torch.Tensor):
            with pytest.raises(ValueError, match="is negative"):
                call(a)


def test_numpy_memory_from_dlpack_ignores_read_only_without_a_warning(output):
    """In a process of its own, where no warning has been given before."""
    assert output("numpy_memory/dlpack_ignores_read_only").splitlines() == [
        "a.flags.writeable = False",
        "a = array([7., 1., 2.])",
    ]


def test_numpy_memory_tensors_have_no_flag_like_writeable():
    assert not [name for name in dir(torch.Tensor) if "writ" in name.lower()]


def test_numpy_memory_frombuffer_is_read_only_for_bytes_only():
    assert np.frombuffer(bytearray(b"abc"), dtype="uint8").flags.writeable


@pytest.mark.parametrize(
    "write",
    [
        lambda a: a.fill(10.0),
        lambda a: torch.from_numpy(a).fill_(10.0),
        lambda a: torch.from_dlpack(a).fill_(10.0),
        lambda a: torch.as_tensor(a).mul_(5),
        lambda a: np.copyto(a, 10.0),
    ],
)
def test_numpy_memory_no_write_past_the_tensor_is_seen(write):
    w, a = leaf(1.0), np.array([2.0], dtype="float32")
    x = torch.from_numpy(a)
    y = w * x
    write(a)
    y.backward()
    assert x._version == 0 and w.grad.item() == 10.0


KEEPING = {
    "from_numpy": (torch.from_numpy, torch.Tensor.numpy),
    "as_tensor": (torch.as_tensor, np.asarray),
    "from_dlpack": (torch.from_dlpack, np.from_dlpack),
    "a view": (lambda a: torch.from_numpy(a)[1:], lambda x: x.numpy()[:1]),
    "detached": (lambda a: torch.from_numpy(a).detach(), lambda x: x.numpy().T),
}


class Watched(np.ndarray):
    """An array of whose end one can be told."""


@pytest.mark.parametrize("way", KEEPING)
def test_numpy_memory_stays_while_an_array_or_a_tensor_uses_it(way):
    to_tensor, to_array = KEEPING[way]
    owner = np.arange(3.0).view(Watched)
    alive = weakref.ref(owner)
    x = to_tensor(owner)
    del owner
    gc.collect()
    assert alive() is not None
    b = to_array(x)
    expected = b.copy()
    del x
    gc.collect()
    assert alive() is not None and np.array_equal(b, expected)
    del b
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize(
    ("convert", "locks"),
    [
        (lambda x: x.numpy(), True),
        (lambda x: np.asarray(x), True),
        (lambda x: x.detach().numpy(), True),
        (lambda x: x.view(2, 2)[1].numpy(), True),
        (lambda x: x.numpy(force=True), True),
        (lambda x: np.from_dlpack(x), False),
        (lambda x: torch.from_dlpack(x), False),
        (lambda x: x.clone().numpy(), False),
        (lambda x: x.tolist(), False),
    ],
)
def test_numpy_memory_the_flag_is_on_the_storage(convert, locks):
    x = torch.arange(4.0)
    convert(x)
    assert x.untyped_storage().resizable() != locks
    x.resize_(2)  # within its memory
    if locks:
        with pytest.raises(RuntimeError, match="not resizable"):
            x.resize_(8)
    x.set_(torch.zeros(2))  # another storage
    x.resize_(8)


@pytest.mark.parametrize("from_dlpack", [np.from_dlpack, torch.from_dlpack])
def test_numpy_memory_dlpack_shares_unless_copy_is_True(from_dlpack):
    for source in (np.zeros(2), torch.zeros(2)):
        start = torch.as_tensor(source).data_ptr()
        for copy, same in ((None, True), (False, True), (True, False)):
            found = from_dlpack(source, copy=copy)
            assert (torch.as_tensor(found).data_ptr() == start) == same


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("shape", [(), (1,), (2,), (2, 1)])
def test_numpy_memory_an_array_in_front_of_plus_raises_for_every_shape(shape, dtype):
    for a in (np.ones(2), np.ones(shape, dtype=dtype)):
        if a.shape == () and not isinstance(a, np.ndarray):
            continue
        for operate in (op.add, op.iadd):
            with pytest.raises(TypeError, match="Concatenation operation"):
                operate(a, torch.ones(shape))


@pytest.mark.filterwarnings("ignore:__array_wrap__ must accept")
@pytest.mark.parametrize(
    "operate", [op.add, op.sub, op.mul, op.truediv, op.pow, op.matmul]
)
def test_numpy_memory_with_the_tensor_in_front_numpy_computes(operate):
    """And from two tensors torch does, in either order."""
    a, x = np.full(2, 3.0), torch.full((2,), 2.0)
    assert operate(x, a).dtype == torch.float64
    w = x.double().requires_grad_()
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        operate(w, a)
    b = torch.from_numpy(a)
    for result in (operate(w, b), operate(b, w)):
        assert result.requires_grad


@pytest.mark.parametrize(
    ("in_front", "message"),
    [
        (np.array([1.0, 2.0], dtype=object), "Concatenation"),
        (np.array(["a", "b"]), "Concatenation"),
        (np.ma.ones(2), "unsupported operand"),
        (np.asmatrix(np.ones((1, 2))), "unsupported operand"),
    ],
    ids=str,
)
def test_numpy_memory_other_arrays_in_front_of_plus_raise_too(in_front, message):
    for x in (torch.ones(2), leaf(1.0, 2.0), torch.ones(2, dtype=torch.bfloat16)):
        with pytest.raises(TypeError, match=message):
            _ = in_front + x


def test_numpy_memory_numpy_makes_float64_unless_told_otherwise():
    made = [np.zeros(1), np.ones(1), np.empty(1), np.full(1, 1.0), np.eye(1)]
    made += [np.array([1.0]), np.arange(2.0), np.linspace(0, 1, 2), np.random.rand(1)]
    made += [np.random.default_rng(0).normal(size=1), np.logspace(0, 1, 2)]
    assert {str(array.dtype) for array in made} == {"float64"}


def test_numpy_memory_whoever_asks_for_something_else_gets_a_copy():
    a, x = np.zeros((2, 3)), torch.zeros(2, 3)
    for found in (
        torch.as_tensor(a, dtype=torch.float32),
        torch.asarray(a, dtype=torch.float32),
        torch.as_tensor(a, device="meta"),
        torch.asarray(a, copy=True),
        torch.from_dlpack(a, copy=True),
    ):
        assert found.data_ptr() != address(a)
    for array in (
        np.asarray(x, dtype="float64"),
        np.asarray(x, order="F"),
        np.from_dlpack(x, copy=True),
    ):
        assert address(array) != x.data_ptr()


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_numpy_memory_as_tensor_and_asarray_follow_the_default_device(device):
    a = np.ones(2)
    with torch.device(device):
        for call in (torch.as_tensor, torch.asarray):
            assert call(a).device.type == device
        for call in (torch.from_numpy, torch.from_dlpack):
            assert call(a).data_ptr() == address(a)


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8"])
def test_numpy_memory_torch_Tensor_takes_an_integer_for_a_size(dtype):
    assert torch.Tensor(np.array(3, dtype)).shape == (3,)
    assert torch.Tensor(np.array(3.0, "float32")).shape == ()


NEWLY = """
import warnings
import numpy as np, torch
a = np.ones(2)
def warned(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return len(caught)
"""


@pytest.fixture
def newly(runner):
    """A function: run a program in a new process, where no warning has been given."""

    def run(program):
        source = parse("numpy_memory/new", "new.py", NEWLY + program)
        [(_, result)] = runner.run([source])
        return result

    return run


@pytest.mark.parametrize("call", ["tensor", "as_tensor", "asarray", "Tensor"])
@pytest.mark.parametrize("samples", ["[a, a]", "(a, a)", "[[a], [a]]"])
def test_numpy_memory_a_list_of_arrays_warns_once_in_a_process(newly, call, samples):
    line = f"print(warned(lambda: torch.{call}({samples})))\n"
    assert newly(2 * line).output.split() == ["1", "0"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "call", [torch.tensor, torch.as_tensor, torch.asarray, torch.Tensor]
)
def test_numpy_memory_a_list_of_arrays_without_dimensions_raises(call):
    samples = [np.array(1.0), np.array(2.0)]
    with pytest.raises(TypeError, match="unsized"):
        call(samples)
    assert torch.from_numpy(np.stack(samples)).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("call", "expected"),
    [("from_numpy", 1), ("as_tensor", 1), ("asarray", 1), ("tensor", 0)],
)
def test_numpy_memory_who_warns_of_a_read_only_array(newly, call, expected):
    done = newly(f"a.flags.writeable = False\nprint(warned(lambda: torch.{call}(a)))")
    assert done.output.split() == [str(expected)]


def test_numpy_memory_the_base_is_a_tensor_on_the_same_memory():
    x = torch.arange(3.0)
    a = x.numpy()
    alive, pointer = weakref.ref(x), x.data_ptr()
    assert a.base is not x
    del x
    gc.collect()
    assert alive() is None and a.base.data_ptr() == address(a) == pointer


SENT = "ForkingPickler.dumps(x)"
MOVES = ["x.share_memory_()", "x[:2].share_memory_()", SENT]


@pytest.mark.skipif(sys.platform != "linux", reason="what a freed memory is there")
@pytest.mark.parametrize("convert", ["x.numpy()", "x.detach().numpy()"])
@pytest.mark.parametrize("move", MOVES)
def test_numpy_memory_moving_the_storage_leaves_the_array_behind(newly, move, convert):
    """The memory is so large that it is given back to the system at once."""
    program = (
        "import gc\nimport torch.multiprocessing\n"
        "from multiprocessing.reduction import ForkingPickler\n"
        "x = torch.zeros(12 << 20)\n{}\ngc.collect()\nprint(a[5], flush=True)"
    )
    left = newly(program.format(f"a = {convert}\n{move}"))
    assert left.ended == "died" and left.output == "", "correct the page"
    first = newly(program.format(f"{move}\na = {convert}\n{move}"))
    assert first.ended == "end" and first.output == "0.0\n"


def test_numpy_memory_share_memory_of_a_module_moves_its_parameters():
    module = torch.nn.Linear(2, 2)
    a = module.weight.detach().numpy()
    before = address(a)
    module.share_memory()
    assert module.weight.data_ptr() != before and a.base.data_ptr() != before


def test_numpy_memory_to_dlpack_does_not_check_requires_grad():
    w = leaf()
    x = torch.from_dlpack(torch.utils.dlpack.to_dlpack(w))
    x[0] = 7.0
    assert w.item() == 7.0 and not x.requires_grad


@pytest.mark.parametrize("product", [op.matmul, torch.mv, torch.nn.functional.linear])
def test_numpy_memory_a_matrix_product_wants_one_dtype(product):
    """An array of NumPy's own dtype with a tensor of torch's."""
    a, x = np.ones((2, 2)), torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="dtype"):
        product(*pair(product, torch.from_numpy(a), x))
    product(*pair(product, torch.from_numpy(a).to(x.dtype), x)).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    assert (torch.from_numpy(a) * x).dtype == torch.float64


def pair(product, matrix, x):
    return (x, matrix) if product is torch.nn.functional.linear else (matrix, x)
