"""The statements of the page on copying a tensor."""

import copy
import re
import warnings

import pytest
import torch

WAYS = {
    "new_tensor": lambda x: x.new_tensor(x),
    "clone.detach": lambda x: x.clone().detach(),
    "empty_like.copy_": lambda x: torch.empty_like(x).copy_(x),
    "tensor": lambda x: torch.tensor(x),
    "detach.clone": lambda x: x.detach().clone(),
}


def facts(x):
    """For each way: requires_grad, is_leaf, shares, warns, same strides."""
    found = {}
    for name, way in WAYS.items():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            a = way(x)
        assert torch.equal(a, x)
        found[name] = (
            a.requires_grad,
            a.is_leaf,
            a.data_ptr() == x.data_ptr(),
            bool(caught),
            a.stride() == x.stride(),
        )
    return found


def test_A60_the_five_ways_are_not_equivalent(output):
    """False: copy_ stays in the graph, and two of the five warn."""
    assert facts(torch.ones(2, 3).t().requires_grad_()) == {
        "new_tensor": (False, True, False, True, True),
        "clone.detach": (False, True, False, False, True),
        "empty_like.copy_": (True, False, False, False, True),
        "tensor": (False, True, False, True, True),
        "detach.clone": (False, True, False, False, True),
    }
    head, *rows = output("copy_a_tensor/five_ways_compared").splitlines()
    assert head.split() == [
        "requires_grad", "is_leaf", "shares", "warns", "same", "strides",
    ]  # fmt: skip
    assert [row.split()[-5:] for row in rows] == [
        ["False", "True", "False", "True", "True"],
        ["False", "True", "False", "False", "True"],
        ["True", "False", "False", "False", "True"],
        ["False", "True", "False", "True", "True"],
        ["False", "True", "False", "False", "True"],
    ]


@pytest.mark.filterwarnings("ignore:To copy construct")
def test_A61_new_tensor_equals_a_copy_only_of_its_own_tensor(output):
    """True for x.new_tensor(x); another tensor's dtype and device win."""
    x, counts = torch.tensor([2.7]), torch.tensor([1, 2])
    a = x.new_tensor(x)
    assert torch.equal(a, x) and a.dtype == x.dtype and not a.requires_grad
    assert counts.new_tensor(x).dtype == torch.int64
    dtype = output("copy_a_tensor/new_tensor_takes_the_callers_dtype")
    assert "counts.new_tensor(x) = tensor([2])" in dtype
    assert "x.detach().clone() = tensor([2.7000])" in dtype
    device = output("copy_a_tensor/new_tensor_takes_the_callers_device")
    assert "elsewhere.new_tensor(x).device = device(type='meta')" in device
    assert "x.detach().clone().device = device(type='cpu')" in device


def test_A62_new_tensor_of_itself_can_require_grad(output):
    """x.new_tensor(x, requires_grad=True) is such a leaf: true."""
    assert output("copy_a_tensor/new_tensor_of_itself").splitlines()[1:] == [
        "a = tensor([2.], requires_grad=True), b = tensor([2.], requires_grad=True)",
        "a.is_leaf = True, b.is_leaf = True",
        "a.data_ptr() == x.data_ptr() = False",
        "b.data_ptr() == x.data_ptr() = False",
        "a.grad = tensor([1.]), b.grad = tensor([1.])",
        "x.grad = None",
    ]


def test_A63_the_docs_recommend_detach_and_clone(output):
    """True; since then the order has become detach().clone()."""
    text = " ".join(output("copy_a_tensor/documented_equivalence").split())
    assert "is equivalent to ``x.detach().clone()``" in text
    assert "The equivalents using ``detach()`` and ``clone()`` are recommended" in text


def test_A64_new_tensor_and_tensor_alone_handle_a_warning():
    """Speeds are for the benchmarks page; what is sure is the extra warning."""
    for requires_grad in (False, True):
        found = facts(torch.ones(2, requires_grad=requires_grad))
        warned = {name for name, fact in found.items() if fact[3]}
        assert warned == {"new_tensor", "tensor"}


def test_A65_copy_underscore_is_no_substitute_for_the_other_two(output):
    """False: gradient flows through empty_like(x).copy_(x)."""
    shown = output("copy_a_tensor/empty_like_copy_keeps_the_graph").splitlines()
    assert shown == [
        "a = tensor([1.], grad_fn=<CopyBackwards>)",
        "a.is_leaf = False",
        "w.grad = tensor([3.])",
    ]


def test_A66_the_method_is_called_copy_underscore():
    """The label empty_like().copy() names no method of tensors."""
    assert not hasattr(torch.Tensor, "copy")
    assert hasattr(torch.Tensor, "copy_")


def test_copy_a_tensor_independent_copy(output):
    assert output("copy_a_tensor/independent_copy").splitlines() == [
        "w = tensor([11., 12.], requires_grad=True)",
        "saved = tensor([1., 2.])",
        "saved.requires_grad = False",
    ]


def test_copy_a_tensor_both_constructors_warn_with_their_text(output):
    """The advice of older versions is decided by their recordings."""
    shown = output("copy_a_tensor/copying_from_a_tensor_warns")
    advice = re.findall(
        r"UserWarning: To copy construct from a tensor, it is recommended to use "
        r"sourceTensor\.detach\(\)\.clone\(\) or "
        r"sourceTensor\.detach\(\)\.clone\(\)\.requires_grad_\(True\), "
        r"rather than (.+)\.",
        shown,
    )
    assert advice == ["torch.tensor(sourceTensor)", "tensor.new_tensor(sourceTensor)"]
    assert "a = tensor([2.]), b = tensor([2.])" in shown


def test_copy_a_tensor_lists_and_numbers_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        t = torch.ones(1, dtype=torch.int16)
        assert torch.tensor([1.0, 2.0]).tolist() == [1.0, 2.0]
        assert t.new_tensor([1, 2]).dtype == torch.int16


def test_copy_a_tensor_gaps_are_packed(output):
    assert output("copy_a_tensor/gaps_are_not_copied").splitlines() == [
        "every_second.stride() = (2,)",
        "every_second.detach().clone().stride() = (1,)",
    ]


def test_copy_a_tensor_copy_keeps_the_memory_of_its_receiver(output):
    assert output("copy_a_tensor/copy_into_existing_memory").splitlines() == [
        "buffer = tensor([1., 2.])",
        "buffer.data_ptr() == address = True",
    ]


def test_copy_a_tensor_without_detach_the_receiver_joins_the_graph(output):
    shown = output("copy_a_tensor/copy_without_detach_joins_the_graph")
    assert shown == "buffer.requires_grad = True, buffer.is_leaf = False\n"


def test_copy_a_tensor_a_parameter_is_loaded_without_recording(output):
    assert (
        "RuntimeError: a leaf Variable that requires grad is being used in an "
        "in-place operation." in output("copy_a_tensor/parameter_refuses_copy")
    )
    assert output("copy_a_tensor/load_into_a_parameter").splitlines() == [
        "w = tensor([1., 2.], requires_grad=True)",
        "w.is_leaf = True",
    ]


def test_copy_a_tensor_deepcopy_takes_grad_and_refuses_non_leaves(output):
    assert output("copy_a_tensor/deepcopy_takes_the_grad_along").splitlines() == [
        "a = tensor([1.], requires_grad=True)",
        "a.data_ptr() == w.data_ptr() = False",
        "a.grad = tensor([1.])",
    ]
    shown = output("copy_a_tensor/deepcopy_refuses_non_leaves")
    assert "RuntimeError: Only Tensors created explicitly by the user" in shown
    w = torch.ones(1, requires_grad=True)
    w.backward()
    assert copy.deepcopy(w).grad.data_ptr() != w.grad.data_ptr()


def test_copy_a_tensor_conversions_copy_only_when_they_convert(output):
    lines = output("copy_a_tensor/not_always_a_copy").splitlines()
    assert len(lines) == 5 and all(line.endswith(" = True") for line in lines)
    x = torch.ones(2)
    assert torch.as_tensor(x, dtype=torch.float64).data_ptr() != x.data_ptr()
    assert x.to(torch.float64).data_ptr() != x.data_ptr()
    assert x.to("meta").device != x.device
    t = torch.ones(2, 3).t()
    assert t.contiguous().data_ptr() != t.data_ptr()
    assert copy.copy(x) is not x


def test_copy_a_tensor_the_table_names_what_it_says():
    """The last table: a trainable copy, a copy in the graph."""
    x = torch.ones(2, requires_grad=True)
    s = x.detach().clone().requires_grad_()
    assert s.is_leaf and s.requires_grad and s.data_ptr() != x.data_ptr()
    assert x.clone().requires_grad and not x.clone().is_leaf
