"""What the benchmarks measure. Times are never asserted."""

import inspect
import itertools
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from perfplot import _main

ROOT = Path(__file__).resolve().parents[2]
SNIPPETS = ROOT / "snippets" / "benchmarks"
SHORT, LONG = [2**k for k in range(15)], [2**k for k in range(14, 23, 2)]
TO_NDARRAY = [
    "empty call",
    "detach().numpy().copy()",
    "clone().detach().numpy()",
    "detach().clone().numpy()",
]
COPY = [
    "empty call",
    "new_tensor()",
    "clone().detach()",
    "empty_like().copy_()",
    "tensor()",
    "detach().clone()",
]
SAME = ["empty call", "copied (first)", "copied (second)", "copied (third)"]
# name: labels, lengths, whether the source requires grad
BENCHMARKS = {
    "to_ndarray": (TO_NDARRAY, SHORT, False),
    "to_ndarray_requires_grad": (TO_NDARRAY, SHORT, True),
    "to_ndarray_large": (TO_NDARRAY, LONG, False),
    "copy_tensor": (COPY, SHORT, False),
    "copy_tensor_requires_grad": (COPY, SHORT, True),
    "copy_tensor_large": (COPY, LONG, False),
    "same_function_three_times": (SAME, LONG, False),
}
pytestmark = pytest.mark.filterwarnings("ignore:To copy construct")


def results(given, a):
    """Call each kernel but the empty call once, as its label says."""
    found = {
        label: kernel(a) for label, kernel in zip(given["labels"], given["kernels"])
    }
    assert found.pop("empty call") is None
    return found


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_compare_what_the_page_says(name, arguments):
    labels, n_range, requires_grad = BENCHMARKS[name]
    given = arguments(f"benchmarks/{name}")
    assert given["labels"] == labels
    assert given["n_range"] == n_range
    assert given["equality_check"] is None
    assert not given["show_progress"]
    a = given["setup"](4)
    assert a.shape == (4,) and a.requires_grad == requires_grad
    assert a.device.type == "cpu"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_kernels_return_independent_copies(name, arguments):
    given = arguments(f"benchmarks/{name}")
    a = given["setup"](4)
    for label, result in results(given, a).items():
        copy = torch.as_tensor(result)
        assert torch.equal(copy, a), label
        assert copy.data_ptr() != a.data_ptr(), label
    assert a._version == 0  # no kernel writes to what all of them are given


def test_A57_the_calls_run_and_need_no_equality_check(arguments, output):
    """They run; with a source that requires grad the default check raises."""
    given = arguments("benchmarks/copy_tensor_requires_grad")
    given.update(n_range=[1, 2], target_time_per_measurement=1e-4)
    data = _main.bench(**given)
    assert data.timings_s.shape == (6, 2) and (data.timings_s > 0).all()
    given.update(kernels=given["kernels"][1:], labels=given["labels"][1:])
    given["equality_check"] = (
        inspect.signature(_main.bench).parameters["equality_check"].default
    )
    assert "np.allclose" in inspect.getsource(given["equality_check"])
    with pytest.raises(RuntimeError, match="call numpy"):
        _main.bench(**given)
    shown = output("benchmarks/allclose_goes_through_numpy")
    assert "RuntimeError: Can't call numpy() on Tensor that requires grad." in shown


def test_A58_the_measurement_stays_on_the_cpu(output):
    """Not CPU against GPU: a tensor made without a device is on the CPU."""
    shown = output("benchmarks/made_on_the_cpu")
    assert shown == "torch.randn(4).device = device(type='cpu')\n"
    for name in BENCHMARKS:
        assert "device" not in (SNIPPETS / f"{name}.py").read_text(encoding="utf-8")
    assert "synchronize" not in inspect.getsource(_main)


def test_A59_three_ways_to_an_ndarray_are_measured(arguments):
    """Which is faster is for the measurement; all three are independent."""
    given = arguments("benchmarks/to_ndarray")
    found = results(given, given["setup"](4))
    assert len(found) == 3
    assert all(isinstance(result, np.ndarray) for result in found.values())


def test_A64_five_ways_to_copy_are_measured_warnings_included(arguments, output):
    """Which is faster is for the measurement; two warn at every call."""
    given = arguments("benchmarks/copy_tensor")
    a = given["setup"](4)
    warned = set()
    for label, kernel in zip(given["labels"], given["kernels"]):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            kernel(a), kernel(a)
        assert len(caught) in (0, 2)
        if caught:
            warned.add(label)
    assert warned == {"new_tensor()", "tensor()"}
    name = "benchmarks/warned_at_every_call"
    assert output(name, "shown-once").count("UserWarning") == 1
    assert output(name, "raised-every-time") == "len(caught) = 3\n"


def test_A65_the_results_of_the_five_differ_with_requires_grad(arguments):
    """False that any will do: copy_ alone stays in the graph."""
    given = arguments("benchmarks/copy_tensor_requires_grad")
    found = results(given, given["setup"](4))
    assert {label for label, a in found.items() if a.requires_grad} == {
        "empty_like().copy_()"
    }


def test_benchmarks_perfplot_keeps_the_minimum_of_calls_with_one_input(monkeypatch):
    """setup once per length, one input for all, the smallest time kept."""
    # A clock by which the calls take 700, 300, 900, 700, ... ns.
    steps = itertools.cycle([700, 1, 300, 1, 900, 1])
    clock = itertools.accumulate(steps, initial=0)
    monkeypatch.setattr(_main.time, "perf_counter_ns", lambda: next(clock))
    made, given = [], []

    def setup(n):
        made.append(object())
        return made[-1]

    data = _main.bench(
        kernels=[given.append, given.append],
        setup=setup,
        n_range=[1, 2],
        labels=["first", "second"],
        target_time_per_measurement=1e-5,
        equality_check=None,
        show_progress=False,
    )
    assert len(made) == 2 and {id(a) for a in given} == {id(a) for a in made}
    assert data.timings_s == pytest.approx(3e-7)
    # One call, then as many of its length as fit into the rest of 10,000 ns.
    firsts = [700, 900, 300, 300]
    assert len(given) == sum(1 + (10_000 - t) // t for t in firsts)


def test_benchmarks_perfplot_times_the_kernels_in_their_order():
    order = []
    _main.bench(
        setup=lambda n: order,
        kernels=[lambda a: a.append("first"), lambda a: a.append("second")],
        n_range=[1],
        labels=["first", "second"],
        target_time_per_measurement=1e-5,
        equality_check=None,
        show_progress=False,
    )
    assert order == sorted(order) and set(order) == {"first", "second"}


def test_benchmarks_three_kernels_are_one_function(arguments):
    _, *kernels = arguments("benchmarks/same_function_three_times")["kernels"]
    assert len(kernels) == 3 and len(set(kernels)) == 1


@pytest.mark.parametrize("name", ["to_ndarray_large", "copy_tensor_large"])
def test_benchmarks_long_tensors_are_timed_after_a_first_call(name, arguments):
    given = arguments(f"benchmarks/{name}")
    called = []
    for label in given["setup"].__globals__["kernels"]:
        given["setup"].__globals__["kernels"][label] = called.append
    a = given["setup"](4)
    assert len(called) == len(given["labels"]) and all(x is a for x in called)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_benchmarks_the_page_shows_each_of_them(language):
    page = (ROOT / "docs" / language / "benchmarks.md").read_text(encoding="utf-8")
    for name in BENCHMARKS:
        assert f'benchmark("benchmarks/{name}")' in page


def test_benchmarks_no_file_hides_a_module():
    """Saved as copy.py, a program that imports torch would not start."""
    for file in SNIPPETS.glob("*.py"):
        assert file.stem not in sys.stdlib_module_names
        assert file.stem not in {"torch", "numpy", "perfplot"}
