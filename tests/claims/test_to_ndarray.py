"""The statements of the page on independent arrays, each decided by a run."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

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
