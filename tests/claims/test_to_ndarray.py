"""The statements of the page on independent arrays, each decided by a run."""

import gc
import re
import tracemalloc
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.claims.tensors import KINDS, STRIDED, elsewhere

ROOT = Path(__file__).resolve().parents[2]
WAYS = {
    "detach().numpy().copy()": lambda a: a.detach().numpy().copy(),
    "detach().clone().numpy()": lambda a: a.detach().clone().numpy(),
    "clone().detach().numpy()": lambda a: a.clone().detach().numpy(),
}


def allocated_by_torch(call):
    """Return the bytes that torch allocates on the CPU during `call`."""
    with torch.profiler.profile(
        activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True
    ) as recorded:
        kept = call()
    sizes = [event.self_cpu_memory_usage for event in recorded.events()]
    del kept
    return sum(size for size in sizes if size > 0)


def counted(output, section):
    """Return what a section of the snippet counted, by way."""
    lines = output("to_ndarray/bytes_allocated", section).splitlines()
    return {way: int(size) for way, size in (line.split() for line in lines)}


def test_A55_three_ways_give_an_independent_array(output):
    """True: a write to the source shows in the shared array alone."""
    assert output("to_ndarray/independent_arrays").splitlines() == [
        "shared = array([7.], dtype=float32)",
        "copied = array([1.], dtype=float32)",
        "cloned = array([1.], dtype=float32)",
        "detached = array([1.], dtype=float32)",
    ]


@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_A57_the_calls_that_are_timed_run(way, requires_grad):
    """True on the CPU, whether or not the source requires grad."""
    a = torch.randn(8, requires_grad=requires_grad)
    array = WAYS[way](a)
    assert np.array_equal(array, a.detach().numpy())
    assert not np.shares_memory(array, a.detach().numpy())


@pytest.mark.parametrize("way", WAYS)
def test_A58_the_calls_that_are_timed_work_on_the_cpu_only(way):
    """No comparison of CPU and GPU: elsewhere (here: meta) each of them raises."""
    with pytest.raises(TypeError, match="can't convert meta device"):
        WAYS[way](torch.ones(2, device="meta"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_A59_the_comparison_of_times_is_linked_and_nothing_is_typed(language):
    """Which one is faster is measured on the benchmark page."""
    text = (ROOT / "docs" / language / "to-ndarray.md").read_text(encoding="utf-8")
    assert "](benchmarks.md)" in text
    benchmark = ROOT / "snippets/benchmarks/to_ndarray.py"
    for way in WAYS:
        assert way in benchmark.read_text(encoding="utf-8")
    assert not re.search(r"\d\s*(倍|µs|ms|times)", text)


def test_A71_detach_allocates_nothing(output):
    """detach() is said to allocate memory for values: it does not."""
    x = torch.zeros(1000, requires_grad=True)
    assert allocated_by_torch(x.detach) == 0
    assert counted(output, "by-torch")["detach().numpy()"] == 0


def test_A72_clone_allocates_its_size_exactly_once(output):
    """clone() allocates new memory: true."""
    x = torch.zeros(1000, requires_grad=True)
    assert allocated_by_torch(x.clone) == 4000
    counts = counted(output, "by-torch")
    assert counts["detach().clone().numpy()"] == 4000


def test_A73_detach_clone_numpy_wastes_nothing(output):
    """One allocation, which is the array; on the GPU a clone before cpu() is extra.

    What that clone costs on the GPU is decided by a recording.
    """
    text = output("to_ndarray/bytes_allocated", "ways")
    assert text.strip() == "x.numel() * x.element_size() = 4000"
    torch_bytes = counted(output, "by-torch")
    numpy_bytes = counted(output, "by-numpy")
    total = {way: torch_bytes[way] + numpy_bytes[way] for way in torch_bytes}
    assert total == {"detach().numpy()": 0, **dict.fromkeys(WAYS, 4000)}
    assert numpy_bytes["detach().numpy().copy()"] == 4000
    x = torch.zeros(1000, requires_grad=True)
    cloned = x.detach().clone()
    assert cloned.numpy().ctypes.data == cloned.data_ptr()


def test_A74_what_needs_care_is_the_memory_that_a_shared_array_keeps(output):
    """A shared row keeps the storage of the tensor, a copied one its own size."""
    assert output("to_ndarray/row_keeps_the_whole").splitlines() == [
        "shared.nbytes = 16",
        "shared.base.untyped_storage().nbytes() = 16000",
        "copied.base = None",
        "cloned.base.untyped_storage().nbytes() = 16",
    ]


def test_to_ndarray_the_count_agrees_with_the_profiler(output):
    x = torch.zeros(1000, requires_grad=True)
    counts = counted(output, "by-torch")
    for way, convert in WAYS.items():
        assert counts[way] == allocated_by_torch(lambda c=convert: c(x)), way


def test_to_ndarray_copy_gives_c_order_and_clone_keeps_the_strides(output):
    assert output("to_ndarray/order_of_elements").splitlines() == [
        "x.numpy().strides = (4, 12)",
        "x.clone().numpy().strides = (4, 12)",
        "x.numpy().copy().strides = (8, 4)",
        "x.numpy().copy(order='K').strides = (4, 12)",
    ]
    x = torch.arange(6.0).reshape(2, 3).t()
    assert x.numpy().copy().flags.c_contiguous
    assert np.array_equal(x.numpy().copy(), x.clone().numpy())


def test_to_ndarray_cpu_shares_on_the_cpu_and_copy_true_does_not(output):
    """On the CPU; that both are independent from the GPU is for a recording."""
    assert output("to_ndarray/cpu_copies_nothing_here").splitlines() == [
        "a = array([7.], dtype=float32)",
        "b = array([1.], dtype=float32)",
    ]


def test_to_ndarray_copy_true_allocates_once():
    x = torch.zeros(1000, requires_grad=True)
    assert allocated_by_torch(lambda: x.detach().to("cpu", copy=True).numpy()) == 4000


SOURCES = {
    name: make
    for name, make in STRIDED.items()
    if name not in ("bfloat16", "float8", "conjugate", "negated", "inference")
}
INDEPENDENT = WAYS | {
    "detach().to(copy=True).numpy()": lambda x: x.detach().to("cpu", copy=True).numpy()
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("way", INDEPENDENT)
def test_to_ndarray_each_way_gives_an_independent_array(way, kind):
    x = SOURCES[kind]()
    a = INDEPENDENT[way](x)
    shared = x.detach().numpy()
    assert shared.ctypes.data == x.data_ptr() != a.ctypes.data
    assert not np.shares_memory(a, shared)
    assert np.array_equal(a, shared) and a.dtype == shared.dtype
    before = a.copy()
    with torch.no_grad(), torch.inference_mode():
        x.detach().zero_()
    assert np.array_equal(a, before)


@pytest.mark.parametrize("kind", SOURCES)
def test_to_ndarray_the_method_copy_gives_c_order(kind):
    """The function np.copy keeps the order, as order="K" does."""
    shared = SOURCES[kind]().detach().numpy()
    assert shared.copy().flags.c_contiguous
    assert np.copy(shared).strides == shared.copy(order="K").strides


def test_to_ndarray_np_copy_keeps_f_order():
    shared = torch.zeros(2, 3).t().numpy()
    assert np.copy(shared).strides == shared.strides != shared.copy().strides


@pytest.mark.parametrize("kind", [k for k in SOURCES if SOURCES[k]().requires_grad])
def test_to_ndarray_clone_does_not_take_the_place_of_detach(kind):
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        SOURCES[kind]().clone().numpy()


def allocated_by_numpy(call):
    only_data = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    tracemalloc.start()
    kept = call()
    snapshot = tracemalloc.take_snapshot().filter_traces([only_data])
    tracemalloc.stop()
    del kept
    return sum(trace.size for trace in snapshot.traces)


@pytest.mark.parametrize(
    "x",
    [
        torch.zeros(7),
        torch.zeros(()),
        torch.zeros(1001, dtype=torch.float64),
        torch.zeros(30, 40, requires_grad=True).t(),
        torch.zeros(30, 40, requires_grad=True)[::2, 1:],
        torch.zeros(1, 40).expand(30, 40),
        torch.zeros(100, dtype=torch.bool),
        torch.zeros(100, dtype=torch.complex64, requires_grad=True),
    ],
    ids=str,
)
def test_to_ndarray_each_way_allocates_the_size_once(x):
    size = x.numel() * x.element_size()
    for way, convert in INDEPENDENT.items():
        by_torch = allocated_by_torch(lambda c=convert: c(x))
        by_numpy = allocated_by_numpy(lambda c=convert: c(x))
        assert sorted((by_torch, by_numpy)) == [0, size], way
    assert allocated_by_torch(lambda: x.detach().numpy()) == 0
    assert allocated_by_numpy(lambda: x.detach().numpy()) == 0


class Watched(np.ndarray):
    """An array of whose end one can be told."""


@pytest.mark.parametrize(
    ("convert", "keeps"),
    [
        (lambda row: row.numpy(), True),
        (lambda row: row.detach().numpy()[1:], True),
        (np.asarray, True),
        (np.from_dlpack, True),
        (lambda row: row.numpy().copy(), False),
        (lambda row: row.clone().numpy(), False),
        (lambda row: row.to("cpu", copy=True).numpy(), False),
    ],
)
def test_to_ndarray_a_row_keeps_the_memory_of_all_rows_if_it_shares(convert, keeps):
    owner = np.zeros((1000, 4)).view(Watched)
    alive = weakref.ref(owner)
    x = torch.from_numpy(owner)
    row = convert(x[0])
    del owner, x
    gc.collect()
    assert (alive() is not None) == keeps
    del row
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize("kind", KINDS)
def test_to_ndarray_cpu_returns_a_tensor_on_the_cpu_itself(kind):
    x = KINDS[kind]()
    assert x.cpu() is x


def test_to_ndarray_the_documentation_says_that_cpu_and_to_copy_from_elsewhere():
    """No GPU has been asked."""
    text = " ".join(torch.Tensor.cpu.__doc__.split())
    assert "Returns a copy of this object in CPU memory." in text
    assert "If this object is already in CPU memory, then no copy is performed" in text
    text = " ".join(torch.Tensor.to.__doc__.split())
    assert "When :attr:`copy` is set, a new Tensor is created even when" in text


def test_to_ndarray_clone_takes_memory_on_the_device_of_its_source():
    """The meta device counts none, but says where it would be."""
    x = torch.ones(2, device="meta", requires_grad=True)
    assert x.detach().clone().device == x.device
    assert x.detach().clone().untyped_storage()._cdata != x.untyped_storage()._cdata
    assert x.detach().untyped_storage()._cdata == x.untyped_storage()._cdata


def test_to_ndarray_from_another_device_is_independent_and_clone_stays_there():
    """On the device lazy; a GPU has not been asked."""
    assert elsewhere(
        "a = w.detach().cpu().numpy()\n"
        "b = w.detach().to('cpu', copy=True).numpy()\n"
        "c = w.numpy(force=True)\n"
        "with torch.no_grad(): w.fill_(7.0)\n"
        "print(w.cpu().tolist(), a, b, c, w.detach().clone().device.type)"
    ) == ["[7.0, 7.0] [1. 1.] [1. 1.] [1. 1.] lazy"]
