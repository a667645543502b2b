"""The statements of the page on copying a tensor."""

import copy
import re
import warnings

import pytest
import torch
from torch.testing._internal.common_modules import module_db

from tests.claims.populations_of_torch import modules
from tests.conftest import ROOT

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


def in_inference_mode():
    with torch.inference_mode():
        return torch.ones(2)


TENSORS = {
    "leaf": lambda: torch.ones(2, requires_grad=True),
    "non-leaf": lambda: torch.ones(2, requires_grad=True) * 2,
    "parameter": lambda: torch.nn.Parameter(torch.ones(2)),
    "no dimensions": lambda: torch.tensor(1.0, requires_grad=True),
    "transposed": lambda: torch.ones(2, 3).t(),
    "expanded": lambda: torch.ones(1, 3).expand(2, 3),
    "with gaps": lambda: torch.ones(6)[::2],
    "channels_last": lambda: torch.ones(1, 2, 2, 2).to(
        memory_format=torch.channels_last
    ),
    "conjugate": lambda: torch.ones(2, dtype=torch.complex64).conj(),
    "bool": lambda: torch.ones(2, dtype=torch.bool),
    "int8": lambda: torch.ones(2, dtype=torch.int8),
    "bfloat16": lambda: torch.ones(2, dtype=torch.bfloat16),
    "inference": in_inference_mode,
}
tensors = pytest.mark.parametrize("make", TENSORS.values(), ids=TENSORS)


@tensors
def test_copy_a_tensor_detach_clone_is_independent_whatever_the_tensor(make):
    x = make()
    copied = x.detach().clone()
    before = x.detach().clone().tolist()
    assert not copied.requires_grad and copied.is_leaf and copied.tolist() == before
    with torch.inference_mode(x.is_inference()):
        copied.zero_()
    assert x.tolist() == before


@tensors
def test_copy_a_tensor_both_orders_give_the_same(make):
    x = make()
    a, b = x.clone().detach(), x.detach().clone()
    assert torch.equal(a, b) and a.dtype == b.dtype and a.stride() == b.stride()
    assert (a.requires_grad, a.is_leaf) == (b.requires_grad, b.is_leaf) == (False, True)


@tensors
def test_copy_a_tensor_the_documented_equivalence_holds_for_its_own_tensor(make):
    x = make()
    if x.is_conj():
        with pytest.raises(RuntimeError, match="Conjugate"):
            x.new_tensor(x)
        return
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        a = x.new_tensor(x)
    b = x.detach().clone()
    assert torch.equal(a, b) and a.dtype == b.dtype and a.device == b.device
    assert not a.requires_grad and a.is_leaf
    with pytest.warns(UserWarning, match="To copy construct from a tensor"):
        assert torch.equal(torch.tensor(x), b)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.float64])
@pytest.mark.filterwarnings("ignore:To copy construct")
def test_copy_a_tensor_new_tensor_takes_the_dtype_of_its_owner_unless_told(dtype):
    t, x = torch.ones(1, dtype=dtype), torch.tensor([2.7])
    assert t.new_tensor(x).dtype == dtype
    assert t.new_tensor(x, dtype=x.dtype).dtype == x.dtype
    same = torch.zeros(1).new_tensor(x)  # of the same dtype: nothing is lost
    assert torch.equal(same, x.detach().clone())


@pytest.mark.parametrize("version", ["1.9.0", "1.13.1"])
def test_copy_a_tensor_in_older_versions_the_device_is_that_of_the_argument(version):
    file = f"recordings/torch-{version}-cpu/copy_a_tensor/"
    text = (ROOT / file / "new_tensor_takes_the_callers_device.txt").read_text()
    assert "elsewhere.new_tensor(x).device = device(type='cpu')" in text


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


@pytest.mark.parametrize(
    ("make", "dense"),
    [
        (lambda: torch.ones(2, 3).t(), True),
        (lambda: torch.ones(2, 3, 4).permute(2, 0, 1), True),
        (lambda: torch.ones(2, 3)[:1], True),
        (lambda: torch.ones(4)[1:3], True),
        (lambda: torch.tensor(1.0), True),
        (lambda: torch.ones(6)[::2], False),
        (lambda: torch.ones(4, 6).t()[::2], False),
        (lambda: torch.ones(1, 3).expand(2, 3), False),  # no gaps, but overlaps
        (lambda: torch.ones(5).unfold(0, 3, 1), False),
    ],
)
def test_copy_a_tensor_strides_are_kept_without_gaps_and_overlaps(make, dense):
    x = make()
    assert (x.detach().clone().stride() == x.stride()) == dense


def test_copy_a_tensor_copy_keeps_the_memory_of_its_receiver(output):
    assert output("copy_a_tensor/copy_into_existing_memory").splitlines() == [
        "buffer = tensor([1., 2.])",
        "buffer.data_ptr() == address = True",
    ]


def test_copy_a_tensor_without_detach_the_receiver_joins_the_graph(output):
    shown = output("copy_a_tensor/copy_without_detach_joins_the_graph")
    assert shown == "buffer.requires_grad = True, buffer.is_leaf = False\n"
    w = torch.ones(2, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for buffer in (torch.zeros(2), torch.zeros(2, dtype=torch.float64)):
            (buffer.copy_(w) * 3).sum().backward()
            assert w.grad.tolist() == [3.0, 3.0]
            w.grad = None
        assert not torch.zeros(2).copy_(w.detach()).requires_grad
        assert not torch.zeros(2, dtype=torch.int64).copy_(w).requires_grad


@pytest.mark.parametrize("requires_grad", [False, True])
def test_copy_a_tensor_a_leaf_that_requires_grad_refuses_copies(requires_grad):
    w = torch.nn.Parameter(torch.ones(2))
    source = torch.zeros(2, requires_grad=requires_grad)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        w.copy_(source)
    with torch.no_grad():
        w.copy_(source)
    assert w.is_leaf and w.requires_grad and w.tolist() == [0.0, 0.0]


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


@pytest.mark.parametrize("info", module_db, ids=lambda info: info.name)
def test_copy_a_tensor_deepcopy_of_a_module_leaves_grad_behind(info):
    for module in modules(info):
        for p in module.parameters():
            p.grad = torch.ones_like(p)
        twins = dict(copy.deepcopy(module).named_parameters())
        for name, p in module.named_parameters():
            assert twins[name].grad is None and twins[name].requires_grad
            assert twins[name].data_ptr() != p.data_ptr() or not p.numel()


def test_copy_a_tensor_deepcopy_of_a_parameter_leaves_grad_behind(output):
    assert output("copy_a_tensor/deepcopy_of_a_parameter").splitlines() == [
        "layer.weight.grad = tensor([[1.]])",
        "twin.weight.grad = None",
        "twin.weight.requires_grad = True",
    ]
    p = torch.nn.Parameter(torch.ones(1))
    p.grad = torch.ones(1)
    twin = copy.deepcopy(p)
    assert twin.grad is None and twin.is_leaf
    (twin * 3).backward()
    assert p.grad.item() == 1.0  # and no gradient reaches the source


@pytest.mark.parametrize(
    "convert",
    [
        torch.as_tensor,
        lambda x: x.to("cpu"),
        lambda x: x.cpu(),
        lambda x: x.to(x.dtype),
        lambda x: x.type(x.dtype),
        lambda x: x.type_as(x),
        lambda x: x.to(x),
    ],
)
@tensors
def test_copy_a_tensor_what_has_nothing_to_convert_returns_the_tensor(convert, make):
    x = make()
    assert convert(x) is x


@tensors
def test_copy_a_tensor_contiguous_returns_what_is_contiguous_itself(make):
    x = make()
    assert (x.contiguous() is x) == x.is_contiguous()


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.ones(2, dtype=torch.complex64).conj(),
        lambda: torch.ones(2, dtype=torch.complex64).conj().imag,
        lambda: torch.eye(2).to_sparse_csr(),
        lambda: torch.eye(2).to_mkldnn(),
    ],
    ids=["conjugate", "negative", "CSR", "MKL-DNN"],
)
@pytest.mark.filterwarnings("ignore")
def test_copy_a_tensor_new_tensor_refuses_a_few_kinds_of_its_own(make):
    x = make()
    with pytest.raises(RuntimeError):
        x.new_tensor(x)
    assert x.detach().clone() is not None


@pytest.mark.parametrize("name", ["float8_e4m3fn", "uint16", "uint64", "complex32"])
def test_copy_a_tensor_copy_copy_refuses_some_dtypes(name):
    x = torch.ones(2).to(getattr(torch, name))
    with pytest.raises(AttributeError, match="_untyped_storage"):
        copy.copy(x)
    assert copy.deepcopy(x).data_ptr() != x.data_ptr()


def test_copy_a_tensor_copy_copy_shares_memory_and_not_the_counter():
    x = torch.ones(2)
    shallow = copy.copy(x)
    shallow.add_(1)
    assert x.tolist() == [2.0, 2.0] and x._version == 0


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
    x.clone().sum().backward()
    assert x.grad.tolist() == [1.0, 1.0] and s.grad is None
    t = torch.ones(1, dtype=torch.int16, device="meta")
    assert t.new_tensor([1, 2]).device == t.device
