"""The true statements below the claims of the article on detach() and clone().

Each is tried on what it might fail on: other layouts, dtypes, devices,
optimizers. Other statements of the same claims are tested beside their pages.
"""

import copy
import warnings
import weakref
from inspect import signature

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd import forward_ad
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._python_dispatch import TorchDispatchMode

from sitebuild.run.recording import read_recordings
from tests.conftest import ROOT

MODIFIED = "modified by an inplace operation"
LAYOUTS = {
    "contiguous": lambda: torch.arange(6.0).reshape(2, 3),
    "transposed": lambda: torch.arange(6.0).reshape(2, 3).t(),
    "every second": lambda: torch.arange(6.0)[::2],
    "expanded": lambda: torch.ones(1, 3).expand(2, 3),
    "without dimensions": lambda: torch.tensor(2.0),
    "empty": lambda: torch.ones(0, 3),
    "channels last": lambda: torch.ones(1, 2, 2, 2).to(
        memory_format=torch.channels_last
    ),
    "of integers": lambda: torch.arange(3),
    "of bools": lambda: torch.tensor([True, False]),
    "complex": lambda: torch.tensor([1 + 2j]),
    "half": lambda: torch.ones(2, dtype=torch.float16),
}
OPTIMIZERS = {
    name: kind
    for name, kind in sorted(vars(torch.optim).items())
    if isinstance(kind, type)
    and issubclass(kind, torch.optim.Optimizer)
    and kind not in (torch.optim.Optimizer, torch.optim.SparseAdam)
}
layouts = pytest.mark.parametrize("make", LAYOUTS.values(), ids=LAYOUTS)


def leaf(value=1.0):
    return torch.tensor([value], requires_grad=True)


def memory(tensor):
    """From where to where the storage of a tensor lies."""
    storage = tensor.untyped_storage()
    return range(storage.data_ptr(), storage.data_ptr() + storage.nbytes())


def overlap(a, b):
    first, second = memory(a), memory(b)
    return max(first.start, second.start) < min(first.stop, second.stop)


def differing(write):
    """Another value of the same dtype, for each element."""
    return ~write if write.dtype == torch.bool else write + 1


# --- detach() -------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda z: 2 * z,
        lambda z: z * z,
        lambda z: z.view(1, 1),
        lambda z: torch.stack([z, z]),
        lambda z: z.clone().exp(),
        lambda z: z.clone().mul_(3),
    ],
)
def test_A03_no_gradient_passes_through_the_cut(use):
    """The result is cut from the graph: true, whatever is computed with it."""
    w, b = leaf(3.0), leaf()
    through, direct = torch.autograd.grad(
        (use(w.detach()) + b).sum(), [w, b], allow_unused=True
    )
    assert through is None and direct is not None
    (beside,) = torch.autograd.grad((w * w.detach()).sum(), w, create_graph=True)
    assert beside.item() == 3.0 and not beside.requires_grad


@pytest.mark.parametrize("shape", [(), (1,), (1, 1, 1)])
def test_A04_backward_needs_no_argument_for_one_real_element(shape):
    """y has one element, so none is needed: true of real numbers."""
    x = torch.ones(shape, requires_grad=True)
    (2 * x).backward()
    assert x.grad.item() == 2.0
    z = torch.ones(shape, dtype=torch.complex64, requires_grad=True)
    with pytest.raises(RuntimeError, match="only for real scalar outputs"):
        (2 * z).backward()


@pytest.mark.parametrize("shape", [(2,), (1, 2), (0,), (2, 0)])
def test_A04_backward_of_another_number_of_elements_needs_one(shape):
    """With several elements, or none, it raises."""
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        (2 * torch.ones(shape, requires_grad=True)).backward()


@layouts
def test_A10_detach_changes_neither_shape_nor_strides(make):
    """It prints as tensor(1.): false, and was so with torch 1.9."""
    x = make()
    z = x.detach()
    assert (z.shape, z.stride(), z.dtype) == (x.shape, x.stride(), x.dtype)


def test_A10_torch_1_9_printed_the_dimension_as_well(project):
    """tensor(1.) is not what 1.9.0 printed."""
    found = {recording.name: recording for recording in read_recordings(ROOT)}
    program = project.programs["fact_check/a10_prints_no_dimensions"]
    text = found["torch-1.9.0-cpu"].output(program)
    assert text is not None and text.splitlines()[0] == "z = tensor([1.])"


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.ones(2, requires_grad=True),
        lambda: torch.tensor(1.0, requires_grad=True),
        lambda: nn.Parameter(torch.ones(2)),
        lambda: torch.ones(2, dtype=torch.complex64, requires_grad=True),
        lambda: torch.ones(2, device="meta", requires_grad=True),
        lambda: torch.ones(2, device="lazy", requires_grad=True),
    ],
)
def test_A11_the_result_of_detach_does_not_take_the_gradient_over(make):
    """.grad is None, even where the source has a gradient: true."""
    x = make()
    x.grad = torch.ones_like(x)
    assert x.detach().grad is None and x.grad is not None


@pytest.mark.parametrize(
    "call",
    [
        lambda w: w.cpu(),
        lambda w: w.contiguous(),
        lambda w: w.to(torch.float32),
        lambda w: w.requires_grad_(),
        lambda w: w.resolve_conj(),
    ],
)
def test_A12_z_is_y_is_false_for_calls_that_return_w_itself(call):
    """z is y shows a new tensor: false."""
    w = leaf()
    y = 2 * w + 3
    z = call(w)
    assert z is w and z is not y


def of_the_population():
    """Each operation with a sample of floats, and its sample."""
    for op in op_db:
        if torch.float32 not in op.supported_dtypes("cpu"):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                sample = next(
                    iter(op.sample_inputs_func(op, "cpu", torch.float32, False))
                )
            except (StopIteration, RuntimeError, NotImplementedError):
                continue
        yield op, sample


def tensors(found):
    if isinstance(found, torch.Tensor):
        yield found
    elif isinstance(found, (tuple, list)):
        for part in found:
            yield from tensors(part)


def test_A13_a_tensor_that_does_not_require_grad_is_a_leaf():
    """True of what each operation returns, recorded or not."""
    seen, not_leaves = 0, []
    for op, sample in of_the_population():
        source = sample.input
        if isinstance(source, torch.Tensor) and source.is_floating_point():
            source = source.detach().clone().requires_grad_()
        for recorded in (True, False):
            with warnings.catch_warnings(), torch.set_grad_enabled(recorded):
                warnings.simplefilter("ignore")
                try:
                    results = list(tensors(op(source, *sample.args, **sample.kwargs)))
                except (RuntimeError, AssertionError):
                    continue  # it wants another source, or a GPU
            for result in results:
                seen += not result.requires_grad
                if not result.requires_grad and not result.is_leaf:
                    not_leaves.append(op.name)
    assert seen > 400 and not_leaves == []


WRITES = {
    "item": lambda z: z.__setitem__(0, 2.0),
    "fill_": lambda z: z.fill_(2.0),
    "copy_": lambda z: z.copy_(torch.tensor([2.0])),
    "add_": lambda z: z.add_(1.0),
    "out": lambda z: torch.add(z, 1.0, out=z),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_A15_a_counted_write_raises_if_an_operation_has_saved_the_value(write):
    """Writing does no harm: if no operation has saved what it replaces."""
    for use, saves in {
        lambda w: w * w: True,
        lambda w: w.sin(): True,
        lambda w: w**3: True,
        lambda w: 2 * w: False,
        lambda w: w.exp(): False,  # saves its result
        lambda w: w.sum(): False,
    }.items():
        w = leaf(1.0)
        (right,) = torch.autograd.grad(use(w).sum(), w)
        y = use(w).sum()
        write(w.detach())
        if saves:
            with pytest.raises(RuntimeError, match=MODIFIED):
                y.backward()
        else:
            y.backward()
            assert torch.equal(w.grad, right)


def test_A15_a_write_to_the_array_raises_nothing():
    """A write that torch does not count: the gradient is wrong."""
    w = leaf(1.0)
    y = w * w
    w.detach().numpy()[0] = 5.0
    y.backward()
    assert w.grad.item() == 10.0


# --- clone() --------------------------------------------------------------------


@layouts
def test_A16_A72_a_clone_has_memory_for_all_its_elements(make):
    """clone() allocates new memory: true, in full for an expanded source."""
    x = make()
    v = x.clone()
    assert not overlap(x, v)
    assert v.untyped_storage().nbytes() >= x.numel() * x.element_size()


def test_A20_a_clone_is_a_leaf_where_nothing_is_recorded():
    """v.is_leaf is False: if w requires grad, and recording is on."""
    w = leaf()
    assert not w.clone().is_leaf
    with torch.no_grad():
        assert w.clone().is_leaf
    with torch.inference_mode():
        assert w.clone().is_leaf
    assert torch.ones(1).clone().is_leaf
    assert w.detach().clone().is_leaf


@pytest.mark.parametrize(
    "dtype",
    [
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
        *(torch.complex64, torch.complex128),
    ],
)
def test_A21_times_one_has_the_values_and_gradients_of_a_clone(dtype):
    """clone() can be thought of as multiplying by 1: true of what is in a graph."""
    values = [3.0, -0.1, 0.0, -0.0, 1e-4]
    weights = torch.tensor([0.7, 2.0, -1.0, 3.0, 5.0], dtype=dtype)
    w = torch.tensor(values, dtype=dtype, requires_grad=True)
    found = []
    for operation in (torch.clone, lambda w: w * 1, lambda w: w * torch.ones(())):
        result = operation(w)
        (first,) = torch.autograd.grad(result, w, weights, create_graph=True)
        (second,) = torch.autograd.grad(
            (operation(w) ** 3).real.sum() if dtype.is_complex else (w**3).sum(), w
        )
        found.append((result.detach(), first.detach(), second))
    for other in found[1:]:
        for cloned, multiplied in zip(found[0], other):
            assert cloned.dtype == multiplied.dtype
            assert torch.equal(cloned, multiplied)


def test_A21_times_one_changes_masks_complex_infinities_and_tiny_numbers():
    """What a factor of 1 does not leave alone, and clone() does."""
    mask = torch.tensor([True])
    assert (mask * 1).dtype == torch.int64 and mask.clone().dtype == torch.bool
    infinity = torch.tensor([complex(float("inf"), 0.0)])
    assert (infinity * 1).isnan().any() and not infinity.clone().isnan().any()
    tiny = torch.tensor([1e-40])
    try:
        if torch.set_flush_denormal(True):
            flushed, kept = (tiny * 1).view(torch.int32), tiny.clone()
            assert flushed.item() == 0 != kept.view(torch.int32).item()
    finally:
        torch.set_flush_denormal(False)


def test_A22_A23_the_overwritten_element_sends_zero_back_the_others_as_before():
    """v[0] = 7 is recorded: v stays connected to w in the graph."""
    w = torch.ones(3, requires_grad=True)
    v = w.clone()
    v[0] = 7.0
    (v * torch.tensor([2.0, 3.0, 4.0])).sum().backward()
    assert w.grad.tolist() == [0.0, 3.0, 4.0] and w.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.filterwarnings("ignore:The .grad attribute")
def test_A24_backward_with_inputs_fills_the_grad_of_what_is_no_leaf():
    """.grad cannot be had: after backward(); with inputs=[v] it can."""
    w = leaf()
    v = w.clone()
    (2 * v).backward()
    assert v.grad is None
    (2 * v).backward(inputs=[v])
    assert v.grad.item() == 2.0 and w.grad.item() == 2.0


@pytest.mark.parametrize(
    ("w", "first", "second"),
    [
        (torch.ones(2), lambda w: 2 * w, lambda w: w * w),
        (torch.tensor(3.0), lambda w: 2 * w, lambda w: w.exp()),
        (torch.tensor([1 + 1j]), lambda w: w * 2j, lambda w: w.conj()),
        (
            torch.ones(3, 2),
            lambda w: nn.functional.embedding(torch.tensor([1]), w, sparse=True),
            lambda w: 2 * w,
        ),
    ],
)
def test_A28_gradients_that_arrive_in_one_place_are_added(w, first, second):
    """2 + 1 = 3: true, of any dtype, and of a sparse and a dense one."""
    w = w.clone().requires_grad_()

    def gradient(*uses):
        loss = sum(use(w).abs().sum() for use in uses)
        (found,) = torch.autograd.grad(loss, w)
        return found.to_dense() if found.is_sparse else found

    both = gradient(first, second)
    assert torch.allclose(both, gradient(first) + gradient(second))
    w.grad = None
    for use in (first, second):
        use(w).abs().sum().backward()
    found = w.grad.to_dense() if w.grad.is_sparse else w.grad
    assert torch.allclose(found, both)


# --- cpu() and other devices ----------------------------------------------------


@layouts
def test_A29_cpu_returns_a_tensor_that_is_there_already(make):
    """cpu() makes a new tensor: not on the CPU, unless for a memory format."""
    x = make()
    assert x.cpu() is x
    image = torch.ones(1, 2, 3, 3)
    assert image.cpu(memory_format=torch.channels_last) is not image


@pytest.mark.parametrize("device", ["meta", "lazy"])
def test_A31_arithmetic_raises_copy_and_an_index_do_not(device):
    """Tensors on two devices cannot be combined: in arithmetic."""
    x, index = torch.ones(3, device=device), torch.tensor([0, 2])
    for call in (torch.add, torch.sub, torch.mul, torch.div):
        with pytest.raises(RuntimeError, match=r"device|lazy tensor"):
            call(x, torch.ones(3))
        assert call(x, torch.tensor(2.0)).device == x.device
    assert x[index].shape == (2,)
    x[index] = torch.tensor(5.0)
    assert x.copy_(torch.tensor([1.0, 2.0, 3.0])) is x


def test_A33_cpu_has_the_node_of_a_conversion_and_of_a_move_to_meta():
    """CopyBackwards: the name then; the three have one name."""
    y = 2 * torch.ones(1, requires_grad=True)
    u = 2 * torch.ones(1, device="lazy", requires_grad=True)
    moved = [u.cpu(), y.to("meta"), y.to(torch.float64)]
    assert {a.grad_fn.name() for a in moved} == {"ToCopyBackward0"}
    assert repr(moved[0]) == "tensor([2.], grad_fn=<ToCopyBackward0>)"


def test_A34_a_gradient_is_on_the_device_of_its_tensor():
    """Also of a CPU tensor without dimensions used on another device."""
    w = torch.ones(2, device="lazy", requires_grad=True)
    v, c = torch.ones(2, requires_grad=True), torch.tensor(4.0, requires_grad=True)
    ((w * c).cpu() * v).sum().backward()
    for tensor in (w, v, c):
        assert tensor.grad.device == tensor.device
    assert c.grad.item() == 2.0


@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize("device", ["meta", "lazy"])
def test_A39_the_message_differs_in_the_name_of_the_device(device, requires_grad):
    """numpy() elsewhere raises TypeError: true of other devices too."""
    x = torch.ones(1, device=device, requires_grad=requires_grad)
    with pytest.raises(TypeError) as raised:
        x.numpy()
    assert str(raised.value) == (
        f"can't convert {x.device} device type tensor to numpy. "
        "Use Tensor.cpu() to copy the tensor to host memory first."
    )


@pytest.mark.parametrize(
    "arguments", [("meta",), (torch.float64,), (torch.device("meta"),)]
)
def test_A70_cpu_takes_neither_a_device_nor_a_dtype(arguments):
    """cpu() behaves like to("cpu"): true; to() takes more."""
    x = torch.ones(1)
    assert x.to(*arguments) is not x
    with pytest.raises((TypeError, RuntimeError)):
        x.cpu(*arguments)


# --- combinations ---------------------------------------------------------------


def test_A43_a_detached_tensor_is_a_constant_in_each_kind_of_derivative():
    """detach() yields a constant: true of backward, forward mode, torch.func."""
    w = leaf(3.0)
    (first,) = torch.autograd.grad(w * w.detach(), w, create_graph=True)
    assert first.item() == 3.0 and not first.requires_grad
    assert torch.func.grad(lambda a: a * a.detach())(torch.tensor(3.0)) == 3.0
    assert torch.func.jacrev(lambda a: a * a.detach())(torch.tensor(3.0)) == 3.0
    with forward_ad.dual_level():
        u = forward_ad.make_dual(torch.tensor(3.0), torch.tensor(1.0))
        assert forward_ad.unpack_dual(u.detach()).tangent is None
        assert forward_ad.unpack_dual(u * u.detach()).tangent == 3.0


@layouts
def test_A46_A48_a_detached_clone_is_independent_of_its_source(make):
    """Neither values nor gradient are shared: true."""
    w = make()
    if w.is_floating_point() or w.is_complex():
        w.requires_grad_()
    before = w.detach().clone()
    for copied in (w.detach().clone(), w.clone().detach()):
        assert not overlap(w, copied)
        assert not copied.requires_grad and copied.grad_fn is None
        copied.copy_(differing(before))
        assert torch.equal(w, before)
    copied = w.detach().clone()
    source = before.clone()
    kept = source.detach().clone()
    source.copy_(differing(source))
    assert torch.equal(kept, before) and torch.equal(copied, before)


@layouts
def test_A50_clone_detach_gives_what_detach_clone_gives(make):
    """Unless the clone has a name: then it shares with the result."""
    w = make()
    if w.is_floating_point() or w.is_complex():
        w.requires_grad_()
    a, b = w.clone().detach(), w.detach().clone()
    for fact in (
        *(torch.Tensor.stride, torch.Tensor._is_view, torch.Tensor.is_conj),
        *(lambda t: t.dtype, lambda t: t.requires_grad, lambda t: t.is_leaf),
        *(lambda t: t._base, lambda t: t._version, lambda t: t.grad_fn),
        lambda t: t.untyped_storage().nbytes(),
    ):
        assert fact(a) == fact(b)
    assert torch.equal(a, b)


def test_A50_A53_the_result_shares_with_the_clone_that_has_a_name():
    """Independent of the other tensors: of w, and not of v."""
    w = leaf(4.0)
    v = w.clone()
    z = v.detach()
    z[0] = 5.0
    assert v.item() == 5.0 and v._version == 1 and w.item() == 4.0


@layouts
def test_A54_neither_detach_nor_numpy_copies(make):
    """The array shares the values: true of each layout and dtype here."""
    x = make()
    array = x.detach().numpy()
    if x.numel():
        assert np.shares_memory(array, x.numpy())
        assert array.ctypes.data == x.data_ptr()


@layouts
def test_A55_the_three_ways_give_an_independent_array(make):
    """True; the order of the elements in memory may differ."""
    x = make()
    for array in (
        x.detach().numpy().copy(),
        x.detach().clone().numpy(),
        x.clone().detach().numpy(),
    ):
        assert np.array_equal(array, x.numpy())
        assert not np.shares_memory(array, x.numpy())
    t = torch.arange(6.0).reshape(2, 3).t()
    assert t.detach().numpy().copy().strides != t.detach().clone().numpy().strides


# --- measurements ---------------------------------------------------------------


def test_A57_the_calls_of_the_article_draw_all_lines(output):
    """They run as printed: true."""
    lines = output("fact_check/a57_perfplot_calls_run").splitlines()
    assert lines[-1] == "holds = {'first call': True, 'second call': True}"


def test_A58_a_tensor_made_without_a_device_is_on_the_default_device():
    """CPU against GPU: false, unless the default device is another."""
    assert torch.randn(2).device.type == "cpu"
    torch.set_default_device("meta")
    try:
        assert torch.randn(2).device.type == "meta"
    finally:
        torch.set_default_device(None)
    for device in ("meta", "lazy"):
        for way in (
            lambda a: a.detach().numpy().copy(),
            lambda a: a.clone().detach().numpy(),
            lambda a: a.detach().clone().numpy(),
        ):
            with pytest.raises(TypeError, match="can't convert"):
                way(torch.ones(2, device=device))


@layouts
@pytest.mark.filterwarnings("ignore:To copy construct")
def test_A60_A65_five_copies_agree_if_nothing_requires_grad(make):
    """They give the same: of a source without grad; else copy_() is recorded."""

    def facts(x):
        copies = [
            x.new_tensor(x),
            x.clone().detach(),
            torch.empty_like(x).copy_(x),
            torch.tensor(x),
            x.detach().clone(),
        ]
        assert all(torch.equal(a, x) and not overlap(a, x) for a in copies)
        return [(a.requires_grad, a.is_leaf, a.dtype, a.stride()) for a in copies]

    x = make()
    assert len(set(facts(x))) == 1
    if x.is_floating_point() or x.is_complex():
        x.requires_grad_()
        assert [required for required, *_ in facts(x)] == [False] * 2 + [True] + [
            False
        ] * 2


# --- two networks ---------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_A68_each_optimizer_writes_in_place(name):
    """z has the new value after an update: if it is in place, as theirs are."""
    shape = (2, 2)  # Muon takes matrices only
    taken = signature(OPTIMIZERS[name]).parameters
    variants = [{flag: True} for flag in ("foreach", "fused") if flag in taken]
    for variant in [{}, *variants]:
        w = torch.full(shape, 4.0, requires_grad=True)
        z = w.detach()
        optimizer = OPTIMIZERS[name]([w], lr=0.5, **variant)
        optimizer.zero_grad()

        def closure(w=w):
            w.grad = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
            return (w * w.grad).sum().detach()

        closure()
        optimizer.step(closure)
        assert z.data_ptr() == w.data_ptr()
        assert torch.equal(z, w) and not torch.equal(z, torch.full(shape, 4.0))


def test_A68_assigning_a_new_tensor_ends_the_sharing():
    """Not if w is assigned anew."""
    w = leaf(4.0)
    z = w.detach()
    w = (w - 1).detach().requires_grad_()
    assert z.item() == 4.0 and w.item() == 3.0


@pytest.mark.parametrize(
    ("use", "variant", "raises", "found"),
    [
        (torch.mul, {}, True, None),
        (torch.mul, {"foreach": True}, True, None),
        (torch.mul, {"fused": True}, False, 3.0),
        (torch.add, {}, False, 1.0),
        (torch.add, {"fused": True}, False, 1.0),
    ],
)
def test_A69_a_step_in_between_raises_unless_fused_or_not_saved(
    use, variant, raises, found
):
    """z can be used while w is trained: in turn; else as here (4 and 1 are right)."""
    w, t = leaf(4.0), leaf(7.0)
    z = w.detach()
    optimizer = torch.optim.SGD([w], lr=0.5, **variant)
    (2 * w).backward()
    u = use(z, t)
    optimizer.step()
    assert z.item() == 3.0
    if raises:
        with pytest.raises(RuntimeError, match=MODIFIED):
            u.backward()
    else:
        u.backward()
        assert t.grad.item() == found


@pytest.mark.parametrize(
    "name", [n for n in OPTIMIZERS if "fused" in signature(OPTIMIZERS[n]).parameters]
)
def test_A69_a_fused_step_is_not_counted(name):
    """z can be used while w is trained: a fused step hides its write."""
    counted = {}
    for variant in ({}, {"foreach": True}, {"fused": True}):
        w = leaf(4.0)
        w.grad = torch.ones(1)
        OPTIMIZERS[name]([w], lr=0.5, **variant).step()
        assert w.item() != 4.0
        counted[str(variant)] = w._version > 0
    assert counted == {"{}": True, "{'foreach': True}": True, "{'fused': True}": False}


# --- memory ---------------------------------------------------------------------


class Copies(TorchDispatchMode):
    number = 0

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        if operation.overloadpacket.__name__ in ("clone", "_to_copy"):
            self.number += 1
        return operation(*args, **(kwargs or {}))


def test_A73_one_copy_on_the_cpu_and_two_with_cpu_from_elsewhere():
    """GPU memory is wasted: by the clone, if cpu() follows."""
    x, u = torch.zeros(10), torch.zeros(10, device="lazy")
    with Copies() as copies:
        clone = x.detach().clone()
        array = clone.numpy()
    assert copies.number == 1 and array.ctypes.data == clone.data_ptr()
    with pytest.raises(TypeError, match="can't convert lazy"):
        u.detach().clone().numpy()
    for convert, number in (
        (lambda u: u.detach().clone().cpu().numpy(), 2),
        (lambda u: u.detach().cpu().numpy(), 1),
    ):
        with Copies() as copies:
            assert convert(u).sum() == 0
        assert copies.number == number


@pytest.mark.parametrize("number", [1, 10, 100])
def test_A74_one_clone_at_a_time_exists_however_many_are_converted(number):
    """Care with many conversions: if all are cloned first."""
    made, counts = [], []

    def cloned(x):
        clone = x.detach().clone()
        made.append(weakref.ref(clone))
        counts.append(sum(ref() is not None for ref in made))
        return clone

    xs = [torch.ones(3, device="lazy") for _ in range(number)]
    arrays = [cloned(x).cpu().numpy() for x in xs]
    assert max(counts) == 1 and len(arrays) == number
    clones = [cloned(x) for x in xs]
    assert max(counts) == number == len(clones)


def test_A35_A37_a_move_makes_another_tensor_with_memory_of_its_own():
    """z is not y, and nothing is shared: from another device."""
    y = torch.ones(1, device="lazy")
    z = y.cpu()
    z[0] = 7.0
    assert y.item() == 1.0 and copy.copy(z) is not y
    x = torch.ones(1)
    x.cpu()[0] = 7.0
    assert x.item() == 7.0


def test_A33_torch_1_9_has_no_lazy_device(project):
    """What is decided with it is not decided by the recording of 1.9.0."""
    found = {recording.name: recording for recording in read_recordings(ROOT)}
    program = project.programs["fact_check/a29_cpu_makes_a_new_tensor"]
    text = found["torch-1.9.0-cpu"].output(program)
    assert text is not None and "No module named 'torch._lazy" in text
