"""The statements of the `detach()` page, each decided by a run."""

import contextlib
import warnings

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from tests.claims.tensors import KINDS, STRIDED, address, in_place_operations, leaf

SAVED_TENSOR_CHANGED = (
    "RuntimeError: one of the variables needed for gradient computation has "
    "been modified by an inplace operation: [torch.FloatTensor [1]] is at "
    "version 1; expected version 0 instead. Hint: enable anomaly detection to "
    "find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)


def allocated(function):
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        kept = function()
    events = seen.key_averages()
    assert kept is not None and len(events) > 0
    return sum(event.self_cpu_memory_usage for event in events)


def test_A02_detach_gives_a_new_object_on_the_same_device(output):
    """detach() makes a new tensor on the device of the source: true."""
    lines = output("detach/what_it_returns").splitlines()
    assert "z is w = False" in lines
    assert "z.device == w.device = True" in lines
    assert torch.ones(1, device="meta").detach().device.type == "meta"


def test_A03_the_detached_tensor_is_cut_from_the_graph(output):
    """The result has no grad_fn and requires no grad: true."""
    lines = output("detach/what_it_returns").splitlines()
    assert "z.requires_grad = False" in lines
    assert "z.grad_fn = None" in lines


def test_A04_backward_of_one_element_needs_no_argument(output):
    """y.backward() needs no argument, because y has one element: true."""
    assert "w.grad = tensor([2.])" in output("detach/seed_calculation", "backward")
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        (torch.ones(2, requires_grad=True) * 2).backward()


def test_A05_the_seed_calculation_prints_its_values(output):
    """x, w, b and y print as stated (the device aside): true."""
    assert output("detach/seed_calculation", "forward").splitlines() == [
        "x = tensor([2.])",
        "w = tensor([1.], requires_grad=True)",
        "b = tensor([3.], requires_grad=True)",
        "y = tensor([5.], grad_fn=<AddBackward0>)",
    ]


def test_A06_gradients_are_in_w_and_b_only(output):
    """The four .grad are as stated; reading that of y also warns."""
    text = output("detach/seed_calculation", "backward")
    grads = [line for line in text.splitlines() if ".grad = " in line]
    assert [line for line in grads if "UserWarning" not in line] == [
        "x.grad = None",
        "w.grad = tensor([2.])",
        "b.grad = tensor([1.])",
        "y.grad = None",
    ]
    assert text.count("UserWarning: The .grad attribute of a Tensor") == 1


def test_A07_w_b_and_y_require_grad_and_x_does_not(output):
    """requires_grad of x, w, b, y is False, True, True, True: true."""
    text = output("detach/seed_calculation", "flags")
    for name, flag in zip("xwby", (False, True, True, True), strict=True):
        assert f"{name}.requires_grad = {flag}," in text


def test_A08_all_but_y_are_leaves(output):
    """is_leaf of x, w, b, y is True, True, True, False: true."""
    text = output("detach/seed_calculation", "flags")
    for name, flag in zip("xwby", (True, True, True, False), strict=True):
        assert f"{name}.is_leaf = {flag}\n" in text + "\n"


def test_A09_the_graph_has_an_addition_a_multiplication_and_two_leaves(output):
    """The graph of y = x*w + b, walked node by node; x is not in it."""
    assert output("detach/seed_calculation", "graph").splitlines() == [
        "add.name() = 'AddBackward0'",
        "mul.name() = 'MulBackward0'",
        "behind_x = None",
        "behind_w.variable is w = True",
        "behind_b.variable is b = True",
    ]


def test_A10_detach_keeps_the_shape(output):
    """The print of a 0-dim tensor is wrong: the shape does not change."""
    lines = output("detach/what_it_returns").splitlines()
    assert "z = tensor([1.])" in lines
    assert "z.shape == w.shape = True" in lines


def test_A11_the_detached_tensor_has_no_grad(output):
    """z.grad is None: true."""
    assert "z.grad = None" in output("detach/what_it_returns").splitlines()


def test_A12_comparing_with_y_says_nothing_about_detach(output):
    """`z is y` is False, but so is `w is y`: it is evidence of nothing."""
    lines = output("detach/is_proves_little").splitlines()
    assert "z is y = False" in lines
    assert "w is y = False" in lines
    assert "z is w = False" in lines
    assert "z.data_ptr() == w.data_ptr() = True" in lines


def test_A13_the_detached_tensor_is_a_leaf(output):
    """z.is_leaf is True: true."""
    assert "z.is_leaf = True" in output("detach/what_it_returns").splitlines()


def test_A14_a_detached_tensor_shares_its_values(output):
    """A write to either tensor is seen in the other: true."""
    assert output("detach/write_is_shared").splitlines() == [
        "w = tensor([2.], requires_grad=True)",
        "z = tensor([5.])",
    ]


def test_A15_writing_to_a_saved_value_makes_backward_raise(output):
    """Writing through z is not harmless: backward through x*x raises."""
    text = output("detach/write_is_noticed")
    assert "x._version = 0, z._version = 0\n" in text
    assert "x._version = 1, z._version = 1\n" in text
    assert text.rstrip().endswith(SAVED_TENSOR_CHANGED)
    assert "y.backward()  # raises RuntimeError" in text


def test_A54_the_array_of_a_detached_tensor_shares_its_values():
    """detach().numpy() shares the values with the tensor: true."""
    w = leaf()
    array = w.detach().numpy()
    array[0] = 7.0
    assert w.item() == 7.0


def test_A71_detach_allocates_no_memory_for_values(output):
    """That detach() allocates is false; clone() does."""
    lines = output("detach/allocates_nothing").splitlines()
    assert "len({id(z) for z in detached}) = 100" in lines
    assert "len({z.data_ptr() for z in detached}) = 1" in lines
    assert "len({v.data_ptr() for v in cloned}) = 100" in lines

    w = torch.ones(1000, requires_grad=True)
    assert {w.detach().data_ptr() for _ in range(9)} == {w.data_ptr()}
    assert allocated(w.detach) == 0
    assert allocated(w.clone) >= 1000 * w.element_size()


def test_detach_stops_the_gradient_and_leaves_the_source_alone(output):
    """In x * w.detach() + b only b gets a gradient; w still requires grad."""
    assert output("detach/gradient_stops").splitlines() == [
        "w.grad = None",
        "b.grad = tensor([1.])",
        "w.requires_grad = True",
    ]


def test_detach_allows_a_write_to_a_value_that_was_not_saved(output):
    """x * w saves x only; after a write to w its gradient is right, y is old."""
    lines = output("detach/unsaved_value_may_change").splitlines()
    assert lines[0] == "w.grad = tensor([2.])"
    assert lines[1].startswith("y = tensor([2.]")
    assert lines[2].startswith("x * w = tensor([14.]")

    x, w = torch.tensor([2.0]), leaf()
    node = (x * w).grad_fn
    saved = (node._saved_self, node._saved_other)
    assert [t.data_ptr() for t in saved if t is not None] == [x.data_ptr()]


def test_detach_and_x_share_a_counter_that_data_does_not(output):
    """.data hides the write: no exception, and 20 where 4 is right."""
    assert output("detach/data_hides_the_write").splitlines() == [
        "x._version = 0",
        "right = tensor([4.])",
        "wrong = tensor([20.])",
    ]


def test_detach_no_grad_builds_no_graph():
    """Inside torch.no_grad nothing is recorded in the first place."""
    with torch.no_grad():
        y = leaf() * 2
    assert not y.requires_grad and y.grad_fn is None


@pytest.mark.parametrize("kind", KINDS)
def test_detach_shares_the_values_of_tensors_of_every_kind(kind):
    """A new object on the same memory, alike but for the graph."""
    w = KINDS[kind]()
    z = w.detach()
    assert z is not w and address(z) == address(w)
    assert (z.shape, z.dtype, z.device) == (w.shape, w.dtype, w.device)
    assert z.layout == w.layout
    if w.layout == torch.strided:
        assert z.stride() == w.stride()
        assert z.storage_offset() == w.storage_offset()
    assert not z.requires_grad and z.grad_fn is None and z.is_leaf
    assert z.grad is None


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (1,), (2, 3)])
def test_detach_keeps_every_shape_and_device(shape):
    for device in ("cpu", "meta"):
        z = torch.ones(shape, device=device, requires_grad=True).detach()
        assert z.shape == shape and z.device.type == device


def test_detach_of_a_MaskedTensor_copies():
    """A class of torch's own that decides otherwise."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        t = torch.masked.masked_tensor(torch.ones(2), torch.tensor([True, False]))
        z = t.detach()
        assert z.get_data().data_ptr() != t.get_data().data_ptr()


def test_detach_of_a_sparse_tensor_shares_until_an_operation_replaces_the_values():
    """mul_ on a sparse COO tensor gives it new values; its source keeps the old."""
    w = torch.eye(2).to_sparse()
    z = w.detach()
    z._values().mul_(2)
    assert w.to_dense()[0, 0] == 2
    z.mul_(2)
    assert w.to_dense()[0, 0] == 2 and z.to_dense()[0, 0] == 4


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")
def test_detach_cuts_the_gradient_of_torch_func_too():
    x = torch.tensor([2.0, 3.0])
    grad = torch.func.grad(lambda x: (x.detach() * x).sum())(x)
    assert torch.equal(grad, x)
    _, tangent = torch.func.jvp(lambda x: x.detach() * x, (x,), (torch.ones(2),))
    assert torch.equal(tangent, x)


@pytest.mark.parametrize("value", [2.0, [2.0], [[2.0]]])
def test_detach_backward_of_one_real_number_needs_no_argument(value):
    (torch.tensor(value, requires_grad=True) * 2).backward()


@pytest.mark.parametrize("value", [[1.0, 2.0], [], [2j]])
def test_detach_backward_of_anything_else_needs_an_argument(value):
    y = torch.tensor(value, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="grad can be implicitly created only"):
        y.backward()


def results_without_grad():
    w = leaf(1.0, 2.0)
    yield from (w > 1, w.argmax(), w.long(), torch.ones_like(w), w.detach() * 2)
    yield from (w.topk(1).indices, torch.zeros(2), torch.arange(2), w.data)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            yield from (w * 2, w.clone(), w.detach())


def test_detach_what_requires_no_grad_is_a_leaf():
    for tensor in results_without_grad():
        assert not tensor.requires_grad
        assert tensor.is_leaf and tensor.grad_fn is None


COUNTED = [k for k in KINDS if k not in ("inference", "expanded", "quantized")]


@pytest.mark.parametrize("kind", COUNTED)
def test_detach_uses_the_counter_of_its_source(kind):
    """And .data does not."""
    w = KINDS[kind]()
    z, data = w.detach(), w.data
    before = w._version
    z.zero_()
    assert w._version == z._version == before + 1
    data.zero_()
    assert w._version == z._version == before + 1


def test_detach_a_tensor_made_in_inference_mode_has_no_counter():
    """Its detached tensor has one of its own, and lets a write to `t` through."""
    t = KINDS["inference"]()
    z = t.detach()
    assert z.is_inference() and z._version == 0
    z.zero_()
    assert z._version == 1 and t.tolist() == [0.0, 0.0]
    for call in (lambda: t._version, t.zero_):
        with pytest.raises(RuntimeError, match=r"[Ii]nference"):
            call()


@pytest.mark.filterwarnings("ignore")
def test_detach_counts_the_in_place_operations_for_the_source():
    """All of op_db: whatever moves the counter of one, moves that of the other."""
    moved = set()
    for name, call, sample in in_place_operations(torch.float32):
        w = sample.input.detach().clone()
        z = w.detach()
        with contextlib.suppress(RuntimeError):  # such as a result of another dtype
            call(z, *sample.args, **sample.kwargs)
        assert w._version == z._version, name
        if w._version:
            moved.add(name)
    assert len(moved) > 120


def fused_step(w):
    w.grad = torch.ones_like(w)
    torch.optim.SGD([w], lr=0.1, fused=True).step()


ESCAPES = {
    "data": lambda w: w.data.fill_(3.0),
    "numpy": lambda w: w.detach().numpy().fill(3.0),
    "apply_": lambda w: w.detach().apply_(lambda value: 3.0),
    "fused optimizer": fused_step,
    "unsafe_chunk": lambda w: torch.unsafe_chunk(w.detach(), 1)[0].fill_(3.0),
    "storage": lambda w: w.untyped_storage().fill_(1),
}


@pytest.mark.parametrize("escape", ESCAPES)
def test_detach_some_writes_escape_the_counter(escape):
    w = leaf(2.0)
    y = w * w
    (right,) = torch.autograd.grad(y, w, retain_graph=True)
    ESCAPES[escape](w)
    assert w._version == 0 and w.item() != 2.0
    (wrong,) = torch.autograd.grad(y, w)
    assert not torch.equal(right, wrong)


def step(w):
    w.grad = torch.ones_like(w)
    torch.optim.SGD([w], lr=0.1).step()


def reset(w):
    torch.nn.init.constant_(w, 3.0)


WRITES = ESCAPES | {
    "no_grad": torch.no_grad()(lambda w: w.fill_(3.0)),
    "optimizer": step,
    "init": reset,
    "through another": lambda w: w.detach().view(1, 1)[0].add_(1.0),
}


@pytest.mark.parametrize("write", WRITES)
def test_detach_a_saved_value_changes_with_the_next_write(write):
    w = leaf(2.0)
    saved, kept = w.detach(), w.detach().clone()
    WRITES[write](w)
    assert saved.item() == w.item() != kept.item()


def new_data(w):
    w.data = torch.tensor([3.0])


def converted(w):
    module = torch.nn.Module()
    module.w = torch.nn.Parameter(w.detach())
    saved = module.w.detach()
    module.double()
    reset(module.w)
    return saved


def test_detach_a_saved_value_stays_when_the_source_gets_other_memory():
    """Why the page speaks of this memory, and not of the source."""
    w = leaf(2.0)
    saved = w.detach()
    new_data(w)
    reset(w)
    assert saved.item() == 2.0
    assert converted(leaf(2.0)).item() == 2.0


def test_detach_a_write_is_noticed_where_the_saved_tensor_is_used():
    """Needed by another gradient: raises. On another path, or with hooks: not."""

    def after_write(make):
        a, b = leaf(2.0), leaf(3.0)
        y = make(a, b)
        a.detach()[0] = 10.0
        return torch.autograd.grad(y, a)[0].item()

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        after_write(lambda a, b: a * b)  # the gradient of a needs b, not a
    assert after_write(lambda a, b: (a * a, a * 3)[1]) == 3.0
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        assert after_write(lambda a, b: a * a) == 20.0


def test_detach_numpy_of_a_tensor_on_the_cpu_shares():
    for kind in ("leaf", "transposed", "with gaps", "expanded", "0-dim", "complex"):
        w = STRIDED[kind]()
        assert w.detach().numpy().ctypes.data == w.data_ptr()
