"""The statements of the page on the graph and its leaves, decided by runs."""

import copy
import gc
import warnings
import weakref

import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.testing._internal.common_optimizers import optim_db

from tests.claims import populations_of_torch as population
from tests.conftest import values

TOPIC = "graph_and_leaves"


def rows(name):
    """Run the program of a table and return its rows."""
    return values(f"{TOPIC}/{name}")["rows"]


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def raised(text):
    """The message of the exception that ends a recorded output."""
    return text[text.index("\nRuntimeError: ") + len("\nRuntimeError: ") :].strip()


def test_leaves_only_leaves_that_require_grad_receive_a_gradient(output):
    assert output(f"{TOPIC}/where_gradients_end").splitlines() == [
        "x.is_leaf = True, w.is_leaf = True, h.is_leaf = False",
        "x.grad is None = True, w.grad is None = False",
    ]
    h = leaf(1.0) * 2
    h.backward()
    with pytest.warns(UserWarning, match="not a leaf Tensor is being accessed"):
        assert h.grad is None


@pytest.mark.parametrize(
    ("ask", "kept"),
    [
        (lambda h: h.sum().backward(), False),
        (lambda h: h.sum().backward(create_graph=True), False),
        (lambda h: h.sum().backward(inputs=[h]), True),
        (lambda h: (h.retain_grad(), h.sum().backward()), True),
        (lambda h: (h.retain_grad(), torch.autograd.grad(h.sum(), h)), True),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_leaves_tensors_in_between_keep_a_gradient_only_if_asked_to(ask, kept):
    w = leaf(1.0, 2.0)
    h = w * 3
    ask(h)
    assert (h.grad is not None) == kept


def test_leaves_the_graph_is_walked_from_the_result_to_accumulate_grad(output):
    assert output(f"{TOPIC}/walk_the_nodes", "walk").splitlines() == [
        "SumBackward0",
        "  AddBackward0",
        "    MulBackward0",
        "      torch::autograd::AccumulateGrad",
        "    torch::autograd::AccumulateGrad",
    ]
    assert output(f"{TOPIC}/walk_the_nodes", "leaf").splitlines() == [
        "end.name() = 'torch::autograd::AccumulateGrad'",
        "end.variable is b = True",
    ]


def test_leaves_are_the_tensors_without_grad_fn():
    table = {row["expression"]: row for row in rows("leaf_or_not")}
    leaves = {name for name, row in table.items() if row["is_leaf"]}
    assert leaves == {
        "x",
        "w",
        "x * 2",
        "w.float()",
        "w.to('cpu')",
        "w.detach()",
        "(w * 2).detach()",
        "nn.Parameter(w * 2)",
        "copy.copy(w)",
        "copy.deepcopy(w)",
    }
    for row in table.values():
        assert row["is_leaf"] == (row["grad_fn"] is None)
    with torch.no_grad():  # the odd case: a view that requires grad
        view = leaf(1.0).view(1)
    assert view.is_leaf and view.grad_fn is None


LIMIT = 4  # samples of each operation and dtype
NO_DERIVATIVE = {
    "histc",
    *("masked.argmax", "masked.argmin"),  # numbers of elements, as floats
    "special.airy_ai",
    *(f"special.bessel_{name}" for name in ("j0", "j1", "y0", "y1")),
    *(f"special.modified_bessel_{name}" for name in ("i0", "i1", "k0", "k1")),
    *(f"special.scaled_modified_bessel_{name}" for name in ("k0", "k1")),
    "special.spherical_bessel_j0",
    *(
        f"special.{shifted}chebyshev_polynomial_{kind}"
        for shifted in ("", "shifted_")
        for kind in "tuvw"
    ),
    *(f"special.hermite_polynomial_{kind}" for kind in ("h", "he")),
    *("special.laguerre_polynomial_l", "special.legendre_polynomial_p"),
}
SHAPE_ONLY = {
    *("empty_like", "zeros_like", "ones_like", "full_like"),
    *("rand_like", "randn_like", "randint_like"),
    *("new_empty", "new_empty_strided", "new_zeros", "new_ones", "new_full"),
}
VALUES_ONLY = {"linspace.tensor_overload"}  # takes numbers out of its tensors
SOME_RESULTS = {"lu_unpack", "linalg.lu", "linalg.lstsq", "native_layer_norm"}


def result(tensor):
    """The same values as the result of an operation, if that may require grad."""
    if not population.differentiable(tensor):
        return tensor
    t = tensor.detach().requires_grad_()
    return t.clone() if t.layout == torch.strided else t


def results(prepare):
    """Yield the name of each operation, its arguments and what it returns."""
    for name, given, call in population.calls(
        torch.float64, torch.complex128, limit=LIMIT, prepare=prepare
    ):
        try:
            returned = population.tensors(call())
        except Exception:  # a sample that cannot be run so
            continue
        yield name, given, [t for t in returned if not any(t is g for g in given)]


def test_leaves_the_flag_spreads_in_all_operations_but_those_named():
    spread, not_spread = set(), set()
    for name, given, returned in results(result):
        for t in returned:
            assert t.is_leaf == (t.grad_fn is None), name
            if not population.differentiable(t):
                assert not t.requires_grad, name
            elif any(g.requires_grad for g in given):
                (spread if t.requires_grad else not_spread).add(name)
    assert len(spread) > 500
    assert not_spread - spread == NO_DERIVATIVE | SHAPE_ONLY | VALUES_ONLY
    assert not_spread & spread == SOME_RESULTS


def test_leaves_nothing_is_recorded_if_nothing_requires_grad():
    count = 0
    for name, _, returned in results(torch.Tensor.clone):
        count += 1
        assert all(t.is_leaf and not t.requires_grad for t in returned), name
    assert count > 2000


def test_leaves_under_no_grad_no_operation_is_recorded_and_only_views_have_the_flag():
    def prepare(tensor):
        with torch.enable_grad():
            return result(tensor)

    views = set()
    with torch.no_grad():
        for name, _, returned in results(prepare):
            for t in returned:
                assert t.grad_fn is None, name
                assert not t.requires_grad or t._is_view(), name
                views |= {name} if t.requires_grad else set()
    assert "view" in views and len(views) > 40


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.tensor([1.0]),
        lambda: torch.tensor([1], dtype=torch.int64),
        lambda: torch.ones(2, 3, dtype=torch.complex64, requires_grad=True),
        lambda: torch.empty(0, requires_grad=True),
        lambda: torch.from_numpy(torch.ones(2).numpy()),
        lambda: torch.sparse_coo_tensor([[0]], [1.0], (2,), requires_grad=True),
    ],
)
def test_leaves_what_is_made_from_numbers_is_a_leaf(make):
    assert make().is_leaf


@pytest.mark.parametrize(
    ("convert", "recorded"),
    [
        (lambda w: w.to(torch.float64), True),
        (lambda w: w.to(torch.bfloat16), True),
        (lambda w: w.to(torch.complex64), True),
        (lambda w: w.to("meta"), True),
        (lambda w: w.clone(), True),
        (lambda w: w[0], True),
        (lambda w: w.view(1, 1), True),
        (lambda w: w.expand(3), True),
        (lambda w: w.to(torch.int64), False),
        (lambda w: w.to(torch.bool), False),
        (lambda w: w.view(torch.int32), False),
    ],
)
def test_leaves_conversions_to_integers_alone_are_not_recorded(convert, recorded):
    t = convert(leaf(1.0))
    assert t.is_leaf != recorded and t.requires_grad == recorded


def test_leaves_a_conversion_returns_the_leaf_itself_or_a_non_leaf():
    """Which of the two depends on the tensor, not on the line."""
    w = leaf(1.0)
    assert w.float() is w and w.to("cpu") is w
    double = torch.ones(1, dtype=torch.float64, requires_grad=True)
    elsewhere = torch.ones(1, device="meta", requires_grad=True)
    for converted in (double.float(), elsewhere.to(torch.float16)):
        assert not converted.is_leaf
    assert not w.to("meta").is_leaf


@pytest.mark.parametrize(
    "make", [torch.Tensor.detach, nn.Parameter, copy.copy, copy.deepcopy]
)
def test_leaves_detach_parameter_and_copies_are_in_no_graph(make):
    sources = [leaf(1.0), nn.Parameter(torch.ones(1)), leaf(1.0, 2.0)[:1]]
    for w in sources[: 2 if make is copy.deepcopy else 3]:
        t = make(w)
        assert t is not w and t.is_leaf and t.grad_fn is None
        (t * leaf(3.0)).backward()
        w.retain_grad()
        assert w.grad is None


@pytest.mark.parametrize(
    "make",
    [
        lambda w: w * 2,
        lambda w: w[0],
        lambda w: w.clone(),
        lambda w: w.double(),
        lambda w: w.to(torch.complex64),
        lambda w: w.to_sparse(),
        lambda w: w.to("meta"),
        lambda w: torch.zeros(1).copy_(w),
    ],
)
def test_leaves_deepcopy_refuses_non_leaves(make):
    with pytest.raises(RuntimeError, match="support the deepcopy protocol"):
        copy.deepcopy(make(leaf(1.0)))


def test_leaves_requires_grad_spreads_to_what_can_be_differentiated(output):
    flags = [
        line.split(" = ")[1]
        for line in output(f"{TOPIC}/requires_grad_spreads").splitlines()
    ]
    assert flags == ["False", "True", "False", "False", "False", "False"]
    lines = output(f"{TOPIC}/result_without_grad").splitlines()
    assert len(lines) == 3 and all(line.endswith(" = False") for line in lines)


@pytest.mark.parametrize("no_grad", [False, True])
@pytest.mark.parametrize(
    "make", [lambda w: w * 2, lambda w: w[:1], torch.clone, torch.Tensor.double]
)
def test_leaves_setting_the_flag_of_a_result_to_false_raises(make, no_grad):
    """Under no_grad as well; only detach_() takes it away."""
    h = make(leaf(1.0))
    with torch.set_grad_enabled(not no_grad):
        with pytest.raises(RuntimeError, match="requires_grad flags of leaf"):
            h.requires_grad_(False)
        with pytest.raises(RuntimeError, match="requires_grad flags of leaf"):
            h.requires_grad = False
    assert h.requires_grad and not h.detach().requires_grad


def test_leaves_the_flag_of_a_result_cannot_be_cleared(output):
    assert raised(output(f"{TOPIC}/flag_of_a_result")) == (
        "you can only change requires_grad flags of leaf variables. If you want to "
        "use a computed variable in a subgraph that doesn't require differentiation "
        "use var_no_grad = var.detach()."
    )


def test_leaves_backward_does_not_start_where_nothing_requires_grad(output):
    assert raised(output(f"{TOPIC}/nothing_requires_grad")) == (
        "element 0 of tensors does not require grad and does not have a grad_fn"
    )
    w = leaf(1.0)
    with torch.no_grad():
        rebound = w - 0.1
        w -= 0.1
    assert not rebound.requires_grad and w.requires_grad


def test_leaves_a_gap_on_one_way_goes_unnoticed(output):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = values(f"{TOPIC}/gap_on_one_path")
    w1, w2 = names["w1"], names["w2"]
    assert w1.requires_grad and w1.grad is None and w2.grad is not None
    for info in optim_db:
        if info.only_supports_sparse_grads or info.step_requires_closure:
            continue
        parameters = [nn.Parameter(torch.ones(2, 2)) for _ in range(2)]
        parameters[0].grad = torch.ones(2, 2)
        info.optim_cls(parameters, lr=0.1).step()
        assert (parameters[1] == 1.0).all() and (parameters[0] != 1.0).any()


def test_leaves_switching_the_flag_on_at_the_loss_mends_nothing(output):
    assert output(f"{TOPIC}/flag_on_the_loss").splitlines() == [
        "loss.grad = tensor(1.)",
        "w.grad = None",
    ]


def test_leaves_backward_adds_to_grad(output):
    assert output(f"{TOPIC}/grad_accumulates").splitlines() == [
        "w.grad = tensor([2.])",
        "w.grad = tensor([7.])",
        "w.grad = tensor([5.])",
    ]
    w = leaf(1.0)
    (w * 2).backward()
    torch.optim.SGD([w], lr=0.1).zero_grad()
    assert w.grad is None


@pytest.mark.parametrize("info", optim_db, ids=lambda info: info.name)
def test_leaves_zero_grad_sets_grad_to_none_unless_told_not_to(info):
    w = nn.Parameter(torch.ones(2, 2))
    for given, expected in (({}, None), ({"set_to_none": False}, [0.0] * 4)):
        w.grad = torch.ones(2, 2)
        info.optim_cls([w], lr=0.1).zero_grad(**given)
        assert (w.grad if w.grad is None else w.grad.flatten().tolist()) == expected


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        lambda: leaf(1.0),
        lambda: torch.ones(2, 3).t().requires_grad_(),
        lambda: torch.ones(2, dtype=torch.complex64, requires_grad=True),
        lambda: torch.tensor(1.0, requires_grad=True),
        lambda: nn.Parameter(torch.ones(2, dtype=torch.bfloat16)),
    ],
)
@pytest.mark.filterwarnings("ignore:Using backward")
def test_leaves_backward_adds_to_what_is_in_grad(make, create_graph):
    w = make()
    for times in (2, 3):
        (w * times).real.sum().backward(create_graph=create_graph)
    assert (w.grad == 5).all()


def test_leaves_a_shared_part_of_the_graph_is_passed_once(output):
    assert output(f"{TOPIC}/shared_subgraph").splitlines() == [
        "grad = tensor([8.])",
        "w.grad = tensor([16.])",
    ]


def test_leaves_backward_starts_by_itself_from_one_element_only(output):
    assert raised(output(f"{TOPIC}/one_number_only")) == (
        "grad can be implicitly created only for scalar outputs"
    )
    for shape in ((), (1,), (1, 1)):
        w = torch.ones(shape, requires_grad=True)
        (w * 2).backward()
        assert w.grad.item() == 2.0
    for result in (
        torch.ones(0, requires_grad=True) * 2,
        torch.ones(1, 2, requires_grad=True) * 2,
        torch.ones(1, dtype=torch.complex64, requires_grad=True) * 2,
    ):
        with pytest.raises(RuntimeError, match="grad can be implicitly created only"):
            result.backward()
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        (torch.ones(1, dtype=dtype, requires_grad=True) * 2).backward()
    assert output(f"{TOPIC}/weights_for_the_elements").splitlines() == [
        "w.grad = tensor([2., 2.])",
        "w.grad = tensor([2., 2.])",
        "w.grad = tensor([ 2., 20.])",
    ]


@pytest.mark.parametrize("function", [torch.exp, torch.tanh, torch.cumsum, torch.sort])
def test_leaves_weights_of_one_amount_to_the_sum(function):
    def gradient(reduce):
        torch.manual_seed(0)
        w = torch.randn(3, 2, dtype=torch.float64).t().requires_grad_()
        y = function(w, 0) if function in (torch.cumsum, torch.sort) else function(w)
        reduce(y[0] if isinstance(y, tuple) else y)
        return w.grad

    of_sum = gradient(lambda y: y.sum().backward())
    assert torch.equal(of_sum, gradient(lambda y: y.backward(torch.ones_like(y))))


def test_leaves_allow_unused_helps_what_requires_grad_only():
    w = leaf(1.0)
    y = w * 3
    assert torch.autograd.grad(y, leaf(1.0), allow_unused=True) == (None,)
    with pytest.raises(RuntimeError, match="does not require grad"):
        torch.autograd.grad(w * 3, w.detach(), allow_unused=True)
    assert not w.detach().requires_grad


def test_leaves_a_clone_made_afterwards_is_not_on_the_path(output):
    assert raised(output(f"{TOPIC}/clone_is_not_on_the_path")) == (
        "The differentiated Tensor at index 0 appears to not have been used in the "
        "graph. Set allow_unused=True if this is the desired behavior."
    )
    assert raised(output(f"{TOPIC}/detached_is_asked_for")) == (
        "One of the differentiated Tensors does not require grad"
    )
    assert output(f"{TOPIC}/clone_on_the_path").splitlines() == [
        "(tensor([3.]), tensor([3.]))",
        "(tensor([3.]), None)",
    ]


def test_leaves_autograd_grad_leaves_grad_alone():
    w, called = leaf(1.0), []
    w.register_post_accumulate_grad_hook(called.append)
    torch.autograd.grad(w * 3, w)
    torch.autograd.grad(w * w, w, create_graph=True)
    assert w.grad is None and not called


def test_leaves_backward_frees_what_was_saved(output):
    assert raised(output(f"{TOPIC}/second_backward")).startswith(
        "Trying to backward through the graph a second time (or directly access "
        "saved tensors after they have already been freed)."
    )
    assert output(f"{TOPIC}/retained_graph").splitlines() == [
        "w.grad = tensor([4.])",
        "w.grad = tensor([4.])",
    ]

    def saved_is_alive_after(**options):
        w = leaf(1.0, 2.0)
        kept = []

        class Box:
            def __init__(self, tensor):
                self.tensor = tensor

        def pack(tensor):
            box = Box(tensor)
            kept.append(weakref.ref(box))
            return box

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda box: box.tensor):
            y = w.exp().sum()
        assert all(ref() is not None for ref in kept) and kept
        y.backward(**options)
        gc.collect()
        return all(ref() is not None for ref in kept)

    assert not saved_is_alive_after()
    assert saved_is_alive_after(retain_graph=True)


def test_leaves_what_has_saved_something_is_not_followed_twice():
    """In all operations; and what saved nothing is, but for a write to a part."""
    said = {True: set(), False: set()}
    count = 0
    for name, _, call in population.calls(
        torch.float64, torch.complex128, limit=LIMIT, prepare=result
    ):
        saved = []

        def pack(tensor, saved=saved):
            saved.append(tensor)
            return tensor

        try:
            with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
                y = next(t for t in population.tensors(call()) if t.grad_fn)
            # Without what lies before the operation, which saves nothing.
            weights = torch.ones_like(y)
            y.backward(weights)
        except Exception:  # not differentiable for such samples
            continue
        count += 1
        try:
            y.backward(weights)
            message = None
        except RuntimeError as error:
            message = str(error)
        said[message is not None].add(name)
        assert message is None or "a second time" in message, name
        part = name == "nn.functional.pad.circular"  # writes to parts of its result
        assert (message is not None) == bool(saved or part), name
    assert count > 1000 and len(said[True]) > 300 and len(said[False]) > 100


def test_leaves_what_a_function_keeps_on_its_own_is_not_freed():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x
            return x * x

        @staticmethod
        def backward(ctx, grad):
            return 2 * ctx.x * grad

    w = leaf(3.0)
    y = Square.apply(w)
    y.backward()
    y.backward()
    assert w.grad.item() == 12.0


def test_leaves_two_losses_of_one_forward_pass_are_added():
    w = leaf(1.0)
    h = w.exp()
    (h * 2 + h * h).backward()
    together = w.grad
    w.grad = None
    (w.exp() * 2).backward()
    w.exp().square().backward()
    assert torch.allclose(together, w.grad)


def test_leaves_a_carried_state_must_be_detached(output):
    assert "a second time" in raised(output(f"{TOPIC}/carried_state"))
    assert "modified by an inplace operation" in raised(
        output(f"{TOPIC}/carried_state_retained")
    )
    assert output(f"{TOPIC}/carried_state_detached").count("w.grad = ") == 3


def test_leaves_with_a_fused_optimizer_a_carried_state_is_silently_wrong(output):
    numbers = [
        float(line.split("tensor([")[1].rstrip("])"))
        for line in output(f"{TOPIC}/carried_state_fused").splitlines()
    ]
    wrong, right = numbers
    assert wrong != pytest.approx(right, rel=0.5)
    # The same steps with the values that were used, recomputed in one go.
    w, used = torch.tensor([0.5], dtype=torch.float64), []
    for _ in range(3):
        used.append(w.clone().requires_grad_())
        hidden = torch.ones(1, dtype=torch.float64)
        for u in used:
            hidden = torch.tanh(u * hidden)
        last = sum(torch.autograd.grad(hidden, used))
        w = w - 0.5 * last
    assert last.item() == pytest.approx(right, abs=1e-4)


def test_leaves_no_gradient_flows_past_the_detached_state():
    def gradient(carry):
        w = leaf(0.5)
        hidden = torch.ones(1)
        for x in (1.0, 2.0):
            hidden = torch.tanh(w * carry(hidden) + x)
        hidden.backward()
        return w.grad.item()

    w, before = leaf(0.5), torch.tanh(torch.tensor([0.5 + 1.0]))
    torch.tanh(w * before + 2.0).backward()
    assert gradient(torch.Tensor.detach) == pytest.approx(w.grad.item())
    assert gradient(lambda hidden: hidden) != pytest.approx(w.grad.item())


def test_leaves_a_running_total_holds_the_graphs_of_all_steps(output):
    assert [tuple(row.values()) for row in rows("nodes_held")] == [
        (1, 4, 0),
        (10, 31, 0),
        (100, 301, 0),
    ]
    assert output(f"{TOPIC}/nodes_held").splitlines() == [
        "total.requires_grad = True, detached.requires_grad = False",
        "torch.equal(total, detached) = True",
    ]


def test_leaves_the_graph_goes_with_its_result():
    class Mark:
        pass

    w = leaf(1.0)
    y = w.exp()
    mark = Mark()
    y.grad_fn.metadata["mark"] = mark
    gone = weakref.ref(mark)
    del mark
    gc.collect()
    assert gone() is not None
    del y
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    ("leave", "gone"),
    [
        (lambda kept: None, False),
        (lambda kept: kept["y"].sum().backward(), False),
        (lambda kept: kept.update(z=kept.pop("y") * 2), False),
        (lambda kept: kept.update(node=kept.pop("y").grad_fn), False),
        (lambda kept: kept["y"].detach_(), True),
        (lambda kept: kept.update(y=kept["y"].detach()), True),
        (lambda kept: kept.update(y=kept["y"].item()), True),
        (lambda kept: kept.clear(), True),
    ],
)
def test_leaves_who_holds_the_result_holds_the_nodes_unless_it_is_detached(leave, gone):
    class Mark:
        pass

    kept = {"y": leaf(1.0).exp()}
    mark = Mark()
    kept["y"].grad_fn.metadata["mark"] = mark
    alive = weakref.ref(mark)
    del mark
    leave(kept)
    gc.collect()
    assert (alive() is None) == gone


def test_leaves_a_write_turns_a_constant_into_a_result(output):
    assert output(f"{TOPIC}/constant_joins_the_graph").splitlines() == [
        "total.is_leaf = True, total.requires_grad = False",
        "total.is_leaf = False, total.requires_grad = True",
        "total.grad_fn.name() = 'AddBackward0'",
    ]
    buffer = torch.zeros(1)
    buffer.copy_(leaf(1.0))
    assert not buffer.is_leaf and buffer.requires_grad


def test_leaves_detach_in_place_cuts_only_what_comes_later(output):
    assert output(f"{TOPIC}/detach_in_place").splitlines() == [
        "h.is_leaf = True, h.requires_grad = False",
        "z.requires_grad = False",
        "w.grad = tensor([6.])",
    ]
    h = leaf(1.0) * 2
    assert h.detach_() is h


@pytest.mark.parametrize("view", [lambda h: h[0], lambda h: h.view(1, 1), torch.t])
def test_leaves_a_view_cannot_be_detached_in_place(view):
    with pytest.raises(RuntimeError, match="Can't detach views in-place"):
        view(leaf(1.0) * 2).detach_()


def test_leaves_what_has_been_saved_cannot_be_detached_in_place(output):
    assert raised(output(f"{TOPIC}/detach_in_place_of_a_saved")).startswith(
        "Trying to use a saved tensor that has been detached in-place"
    )
    w = leaf(1.0)  # saved by the operation that made it, not by the next one
    h = w.exp()
    y = h * 3
    h.detach_()
    y.backward()
    assert w.grad is not None


def test_leaves_parameter_cuts_and_functional_call_does_not(output):
    assert output(f"{TOPIC}/parameter_cuts_the_graph").splitlines() == [
        "p.is_leaf = True",
        "p.grad = tensor([3.])",
        "w.grad = None",
    ]
    assert output(f"{TOPIC}/functional_call_keeps_it").splitlines() == [
        "w.grad = tensor([[2.]])",
        "layer.weight.grad = None",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nn.Parameter(leaf(1.0) * 2)
    layer = nn.Linear(1, 1, bias=False)
    w = torch.ones(1, 1, requires_grad=True)
    functional_call(layer, {"weight": w}, torch.ones(1, 1)).backward()
    assert w.grad is not None
    lstm = nn.LSTM(1, 1)
    w = torch.ones(4, 1, requires_grad=True)
    hidden, _ = functional_call(lstm, {"weight_ih_l0": w * 2}, torch.ones(1, 1, 1))
    hidden.sum().backward()
    assert w.grad is not None and lstm.weight_ih_l0.grad is None


def test_leaves_a_hook_on_a_clone_changes_that_path_only(output):
    assert output(f"{TOPIC}/hooks_in_order").splitlines() == [
        "arriving at w: tensor([31.])",
        "stored in w.grad: tensor([31.])",
    ]


def test_leaves_a_step_in_a_hook_leaves_no_gradient_behind(output):
    """And when one gradient is there, those updated before are gone."""
    assert output(f"{TOPIC}/step_in_a_hook").splitlines() == [
        "w = tensor([0.8000], requires_grad=True), w.grad = None",
        "b = tensor([0.9000], requires_grad=True), b.grad = None",
    ]
    parameters = [leaf(1.0) for _ in range(3)]
    alive = []

    def forget(p):
        alive.append(sum(other.grad is not None for other in parameters))
        p.grad = None

    for p in parameters:
        p.register_post_accumulate_grad_hook(forget)
    sum(p * 2 for p in parameters).backward()
    assert alive == [1, 1, 1]
