"""The statements of the page on `numpy()`, each decided by a run."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.claims.tensors import KINDS, Subclass, elsewhere, leaf

SNIPPETS = Path(__file__).resolve().parents[2] / "snippets"
REQUIRES_GRAD = (
    "RuntimeError: Can't call numpy() on Tensor that requires grad. "
    "Use tensor.detach().numpy() instead."
)
OTHER_DEVICE = (
    "TypeError: can't convert {} device type tensor to numpy. "
    "Use Tensor.cpu() to copy the tensor to host memory first."
)


def test_A39_a_tensor_that_is_not_on_the_cpu_raises_TypeError(output):
    """True; the text here is that of the meta device, cuda:0 is for a recording."""
    text = output("numpy_bridge/other_device_refuses")
    assert text.rstrip().endswith(OTHER_DEVICE.format("meta"))
    on_meta = (SNIPPETS / "numpy_bridge/other_device_refuses.py").read_text()
    on_gpu = (SNIPPETS / "numpy_bridge/gpu_refuses.py").read_text()
    assert on_gpu == "# needs: cuda\n" + on_meta.replace("meta", "cuda")


def test_A40_a_tensor_that_requires_grad_raises_RuntimeError(output):
    """True, and the text is the same."""
    assert output("numpy_bridge/requires_grad_refuses").rstrip().endswith(REQUIRES_GRAD)


def test_A41_the_array_and_the_tensor_share_their_values_both_ways(output):
    """True: a write to either shows in the other."""
    lines = output("numpy_bridge/shares_both_ways").splitlines()
    assert lines[1] == "x = tensor([7.]), z = array([7.], dtype=float32)"
    assert lines[2] == "x = tensor([5.]), z = array([5.], dtype=float32)"


def test_A42_the_values_are_2_and_after_the_write_7(output):
    """2 and 2, then 7 and 7: true."""
    lines = output("numpy_bridge/shares_both_ways").splitlines()
    assert lines[:2] == [
        "x = tensor([2.]), z = array([2.], dtype=float32)",
        "x = tensor([7.]), z = array([7.], dtype=float32)",
    ]


def test_A54_the_array_of_a_detached_tensor_shares_its_values(output):
    """detach().numpy() shares: true; the write even reaches the leaf."""
    assert output("numpy_bridge/detach_shares").splitlines() == [
        "a = array([7.], dtype=float32)",
        "w = tensor([7.], requires_grad=True)",
    ]


def test_A56_the_clone_of_a_tensor_that_requires_grad_raises(output):
    """True: the clone requires grad too. Without requires_grad it is an array."""
    assert output("numpy_bridge/clone_does_not_help").rstrip().endswith(REQUIRES_GRAD)
    assert torch.ones(1).clone().numpy() == 1.0


def test_numpy_does_not_check_requires_grad_inside_no_grad(output):
    text = output("numpy_bridge/no_grad_lets_it_through")
    assert text.strip() == "w = tensor([7.], requires_grad=True)"
    with torch.no_grad(), torch.enable_grad(), pytest.raises(RuntimeError):
        leaf().numpy()


def test_numpy_reports_the_device_before_requires_grad():
    for requires_grad in (False, True):
        w = torch.ones(1, device="meta", requires_grad=requires_grad)
        with pytest.raises(TypeError, match="can't convert meta device"):
            w.numpy()


def test_numpy_still_refuses_after_cpu_but_not_after_detach_and_cpu():
    with pytest.raises(RuntimeError, match="requires grad"):
        leaf().cpu().numpy()
    assert leaf(3.0).detach().cpu().numpy() == 3.0


def test_numpy_force_shares_on_the_cpu_as_the_long_form_does(output):
    assert output("numpy_bridge/force_shares_on_the_cpu").splitlines() == [
        "b = array([7.], dtype=float32)",
        "w = tensor([7.], requires_grad=True)",
    ]


def test_numpy_force_copies_what_is_conjugated_later(output):
    assert output("numpy_bridge/force_copies_a_conjugate").splitlines() == [
        "z = tensor([7.-0.j])",
        "a = array([1.-2.j], dtype=complex64)",
    ]
    x = torch.tensor([1.0 + 2.0j])
    z = x.conj()
    assert z._base is x
    with pytest.raises(RuntimeError, match="conjugate bit"):
        z.numpy()


def test_numpy_a_write_through_the_array_is_not_counted(output):
    lines = output("numpy_bridge/write_is_not_counted").splitlines()
    assert lines[:4] == [
        "x._version = 0",
        "right = tensor([2.])",
        "wrong = tensor([10.])",
        "x._version = 1",
    ]
    assert "has been modified by an inplace operation" in lines[-1]


def test_numpy_the_overwritten_tensor_is_a_saved_tensor():
    x = torch.tensor([2.0])
    y = x * leaf()
    assert y.grad_fn._saved_self.data_ptr() == x.data_ptr()


def test_numpy_rebinding_is_not_a_write(output):
    assert output("numpy_bridge/rebinding_is_not_a_write").splitlines() == [
        "x = tensor([3.]), a = array([3.], dtype=float32)",
        "x = tensor([3.]), a = array([4.], dtype=float32)",
    ]


def test_numpy_what_is_computed_with_arrays_is_not_in_the_graph():
    doubled = torch.from_numpy(leaf().detach().numpy() * 2)
    assert isinstance(leaf().detach().numpy(), np.ndarray)
    assert doubled.grad_fn is None
    assert not doubled.requires_grad


DTYPES = {d for d in vars(torch).values() if isinstance(d, torch.dtype)}
SHARED = {"bool", "complex64", "complex128", "float16", "float32", "float64"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


@pytest.mark.filterwarnings("ignore:ComplexHalf support")
def test_numpy_shares_every_dtype_that_both_libraries_have():
    """For the others it raises TypeError, and `force` does not help."""
    shared = set()
    for dtype in DTYPES:
        if str(dtype).startswith(("torch.qint", "torch.quint")):
            continue  # torch.empty cannot make them
        x = torch.empty(2, dtype=dtype)
        name = str(dtype).removeprefix("torch.")
        if name in SHARED:
            a = x.numpy()
            assert a.ctypes.data == x.data_ptr() and str(a.dtype) == name
            shared.add(name)
            continue
        for force in (False, True):
            with pytest.raises(TypeError, match="unsupported ScalarType"):
                x.numpy(force=force)
    assert shared == SHARED


@pytest.mark.parametrize(
    "x",
    [
        torch.zeros(2, 3).t(),
        torch.zeros(4, 4)[::2, 1:],
        torch.zeros(1).expand(3),
        torch.tensor(1.0),
        torch.tensor([1 + 2j]).real,
        torch.tensor([1 + 2j]).imag,
        torch.tensor([1 + 2j]).conj().conj(),
        torch.nn.Parameter(torch.zeros(2)).detach(),
        torch.zeros(2).as_subclass(Subclass),
        torch.zeros(2, 3, 4, 4).to(memory_format=torch.channels_last),
        KINDS["inference"](),
    ],
    ids=str,
)
def test_numpy_shares_whatever_the_layout(x):
    a = x.numpy()
    assert a.ctypes.data == x.data_ptr() == x.numpy(force=True).ctypes.data
    assert a.shape == x.shape
    assert a.strides == tuple(s * x.element_size() for s in x.stride())


LATER = {
    "conjugate": lambda: torch.tensor([1 + 2j]).conj(),
    "negated": lambda: torch.tensor([1 + 2j]).conj().imag,
    "zero": lambda: torch._efficientzerotensor(2),
}


@pytest.mark.parametrize("kind", LATER)
def test_numpy_force_copies_what_is_computed_later(kind):
    """Without `force` it raises."""
    x = LATER[kind]()
    with pytest.raises(RuntimeError, match=r"Can't call numpy|Cannot convert"):
        x.numpy()
    a = x.numpy(force=True)
    assert a.ctypes.data != x.data_ptr()
    assert a.tolist() == x.clone().tolist()


def test_numpy_refuses_other_layouts_even_with_force():
    for x in (torch.eye(2).to_sparse(), torch.eye(2).to_mkldnn()):
        for force in (False, True):
            with pytest.raises(TypeError, match=r"Use Tensor.to_dense\(\) first"):
                x.numpy(force=force)


WAYS = {
    "numpy": lambda w: w.numpy(),
    "asarray": np.asarray,
    "array": lambda w: np.array(w, dtype="float32"),
    "__array__": lambda w: w.__array__(),
    "sin": np.sin,
    "mean of a list": lambda w: np.mean([w.sum(), w.sum()]),
}


def inside(*managers):
    def run(call):
        with contextlib.ExitStack() as stack:
            for manager in managers:
                stack.enter_context(manager())
            return call()

    return run


def in_a_hook(create_graph):
    def run(call):
        results = []
        y = leaf() * 2
        y.register_hook(lambda grad: results.append(attempt(call)))
        y.backward(create_graph=create_graph)
        (result,) = results
        if isinstance(result, Exception):
            raise result
        return result

    return run


def attempt(call):
    try:
        return call()
    except RuntimeError as error:
        return error


def off():
    return torch.set_grad_enabled(False)


RECORDING = {
    "plain": inside(),
    "enable_grad in no_grad": inside(torch.no_grad, torch.enable_grad),
    "backward with create_graph": in_a_hook(True),
}
NOT_RECORDING = {
    "no_grad": inside(torch.no_grad),
    "inference_mode": inside(torch.inference_mode),
    "set_grad_enabled": inside(off),
    "backward": in_a_hook(False),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("where", RECORDING)
def test_numpy_refuses_requires_grad_wherever_operations_are_recorded(where, way):
    for w in (leaf(), leaf() * 2, torch.nn.Parameter(torch.ones(1))):
        with pytest.raises(RuntimeError, match="Can't call numpy"):
            RECORDING[where](lambda w=w: WAYS[way](w))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("where", NOT_RECORDING)
def test_numpy_does_not_check_requires_grad_wherever_they_are_not(where, way):
    result = NOT_RECORDING[where](lambda: WAYS[way](leaf()))
    assert result is not None


def test_numpy_is_traced_by_torch_compile():
    """There it neither refuses nor cuts the gradient."""

    @torch.compile(backend="aot_eager")
    def compiled(w):
        return torch.from_numpy(np.sin(w.numpy()))

    w = leaf()
    try:
        compiled(w).backward()
    finally:
        torch.compiler.reset()
    assert w.grad.item() == pytest.approx(np.cos(1.0))
    assert "compute its gradients" in torch.compiler.wrap_numpy.__doc__


@pytest.mark.parametrize(
    "w",
    [
        torch.ones(1, device="meta"),
        torch.ones(1, device="meta", requires_grad=True),
        torch.ones(1, device="meta", dtype=torch.bfloat16),
        torch.ones(1, device="meta", dtype=torch.complex64).conj(),
    ],
    ids=str,
)
def test_numpy_refuses_a_tensor_elsewhere_before_anything_else(w):
    with torch.no_grad(), pytest.raises(TypeError, match="can't convert meta device"):
        w.numpy()
    with pytest.raises(TypeError, match="can't convert meta device"):
        np.asarray(w)


def test_numpy_of_what_cpu_returns_is_refused_for_requires_grad():
    for w in (leaf(), leaf() * 2):
        assert w.cpu().requires_grad
        z = w.detach().cpu()
        assert not z.requires_grad and z.device.type == "cpu"
        assert z.numpy() is not None


def test_numpy_says_in_its_documentation_what_the_page_says_of_the_gpu():
    text = " ".join(torch.Tensor.numpy.__doc__.split())
    assert "performed only if the tensor is on the CPU, does not require grad" in text
    assert "t.detach().cpu().resolve_conj().resolve_neg().numpy()" in text
    assert "If the tensor isn't on the CPU or the conjugate or negative bit is" in text


def test_numpy_force_raises_neither_of_the_two():
    assert leaf(3.0).numpy(force=True) == 3.0
    with pytest.raises(NotImplementedError, match="no data"):  # for another reason
        torch.ones(1, device="meta", requires_grad=True).numpy(force=True)


BY_NUMPY = {
    "item": lambda a: a.__setitem__(0, 9.0),
    "fill": lambda a: a.fill(9.0),
    "copyto": lambda a: np.copyto(a, 9.0),
    "out": lambda a: np.add(a, 7.0, out=a),
    "sort": lambda a: a.sort(),
    "in place": lambda a: a.__iadd__(7.0),
    "view": lambda a: a.reshape(1, -1)[0].__setitem__(0, 9.0),
    "put": lambda a: a.put([0], 9.0),
    "memoryview": lambda a: memoryview(a).__setitem__(0, 9.0),
    "made of the array": lambda a: torch.from_numpy(a).fill_(9.0),
    "another array": lambda a: np.from_dlpack(a).__setitem__(0, 9.0),
}


@pytest.mark.parametrize("write", BY_NUMPY)
def test_numpy_no_write_to_the_array_moves_the_counter(write):
    x, w = torch.tensor([2.0, 1.0]), leaf(1.0, 1.0)
    y = (x * w).sum()
    BY_NUMPY[write](x.numpy())
    assert x._version == 0 and x.tolist() != [2.0, 1.0]
    y.backward()
    assert torch.equal(w.grad, x)  # right: what x was in the forward pass


def test_numpy_a_write_to_a_leaf_goes_through():
    w = leaf(2.0)
    w.detach().numpy()[0] = 7.0
    assert w.item() == 7.0 and w.is_leaf


def test_numpy_rebinding_is_not_a_write_without_dimensions_either():
    x = torch.tensor(2.0)
    a = x.numpy()
    a += 1
    assert x.item() == 3.0 and isinstance(a, np.ndarray)
    a = a + 1
    assert x.item() == 3.0


def test_numpy_refuses_and_takes_a_tensor_from_another_device_as_the_page_says():
    """On the device lazy, which has data; the page shows meta, which has none."""
    device, grad = OTHER_DEVICE.format("lazy:0"), REQUIRES_GRAD
    assert elsewhere(
        "for call in (x.numpy, w.numpy, lambda: np.asarray(x), w.cpu().numpy,"
        " w.detach().clone().numpy, w.detach().cpu().numpy,"
        " lambda: w.numpy(force=True)):\n    print(attempt(call))"
    ) == [device, device, device, grad, device, "[1. 1.]", "[1. 1.]"]


TRANSFORMED = {
    "grad": lambda f, x: torch.func.grad(lambda x: (f(x), x.sum())[1])(x),
    "vmap": lambda f, x: torch.func.vmap(lambda x: (f(x), x)[1])(x),
    "jvp": lambda f, x: torch.func.jvp(lambda x: (f(x), x)[1], (x,), (x,)),
    "vjp": lambda f, x: torch.func.vjp(lambda x: (f(x), x)[1], x),
    "jacrev": lambda f, x: torch.func.jacrev(lambda x: (f(x), x)[1])(x),
}


@pytest.mark.parametrize("transform", TRANSFORMED)
@pytest.mark.parametrize(
    "convert",
    [
        lambda x: x.detach().numpy(),
        lambda x: x.detach().cpu().numpy(),
        lambda x: x.numpy(force=True),
        lambda x: np.asarray(x.detach()),
    ],
)
def test_numpy_refuses_an_argument_of_a_transformed_function(transform, convert):
    with pytest.raises(RuntimeError, match="doesn't have storage"):
        TRANSFORMED[transform](convert, torch.ones(2))


def test_numpy_takes_what_a_transformed_function_returns():
    x = torch.ones(2)
    _, aux = torch.func.grad(lambda x: (x.sum(), x * 3), has_aux=True)(x)
    assert aux.numpy().tolist() == [3.0, 3.0]
    assert torch.func.vmap(lambda x: x * 3)(x).numpy().tolist() == [3.0, 3.0]


@pytest.mark.parametrize("requires_grad", [False, True])
def test_numpy_no_way_leads_from_meta_to_an_array(requires_grad):
    w = torch.ones(1, device="meta", requires_grad=requires_grad)
    for call in (w.cpu, lambda: w.detach().cpu().numpy(), lambda: w.tolist()):
        with pytest.raises((NotImplementedError, RuntimeError), match="meta tensor"):
            call()
