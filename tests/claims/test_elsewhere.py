"""What public pages say (P) and what one often reads (W), decided by torch."""

import gc
import warnings
import weakref
from copy import copy, deepcopy
from threading import Thread

import numpy
import pytest
import torch
from torch import nn
from torch.autograd import gradgradcheck
from torch.autograd.graph import saved_tensors_hooks
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._python_dispatch import TorchDispatchMode

MODIFIED = "modified by an inplace operation"
FAILURES = (RuntimeError, TypeError, NotImplementedError)
OPTIMIZERS = {
    name: kind
    for name, kind in sorted(vars(torch.optim).items())
    if isinstance(kind, type)
    and issubclass(kind, torch.optim.Optimizer)
    and kind not in (torch.optim.Optimizer, torch.optim.SparseAdam)
}


def leaf(value=2.0):
    return torch.tensor(value, requires_grad=True)


def nodes(y):
    """The nodes of the graph of a tensor."""
    seen, todo = set(), [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [parent for parent, _ in node.next_functions]
    return seen


def tensors_saved(call):
    """How many tensors operations hand over to be kept for backward."""
    saved = []

    def pack(tensor):
        saved.append(tensor.shape)
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        result = call()
    assert result is not None
    return len(saved)


# --- copies and sharing ---------------------------------------------------------


def test_P01_a_write_to_a_detached_tensor_changes_the_source():
    """It leaves the source alone: false."""
    x = torch.ones(3, requires_grad=True)
    x.detach().add_(1)
    assert x.tolist() == [2.0] * 3


def test_P02_a_write_to_a_clone_leaves_the_source_alone():
    """It changes the source: false."""
    x = torch.ones(3, requires_grad=True)
    x.clone().add_(1)
    assert x.tolist() == [1.0] * 3


def test_P08_a_clone_has_no_grad():
    """clone() copies the gradient: false."""
    x = leaf()
    (x * x).backward()
    assert x.grad is not None
    assert x.detach().requires_grad_().clone().detach().grad is None
    y = x.clone()
    y.retain_grad()
    assert y.grad is None


def test_P09_a_detached_tensor_can_be_resized_without_touching_the_source():
    """It raises: it did on 1.9.0."""
    x = torch.ones(4, requires_grad=True)
    assert x.detach().resize_(2).shape == (2,)
    assert x.detach().unsqueeze_(0).shape == (1, 4)
    assert x.detach().set_(torch.zeros(2)).tolist() == [0.0, 0.0]
    assert x.tolist() == [1.0] * 4


@pytest.mark.parametrize("take", [lambda d: d, dict, lambda d: d.copy()])
def test_P12_P13_a_state_dict_and_its_copies_show_the_present_weights(take):
    """They are snapshots: false."""
    model = nn.Linear(1, 1)
    taken = take(model.state_dict())
    kept = deepcopy(model.state_dict())
    with torch.no_grad():
        model.weight.fill_(9.0)
    assert taken["weight"] == 9.0
    assert kept["weight"] != 9.0


def test_P26_deepcopy_refuses_what_is_not_a_leaf():
    """deepcopy() copies any tensor: only leaves."""
    w = torch.ones(2, requires_grad=True)
    assert deepcopy(w).data_ptr() != w.data_ptr()
    with pytest.raises(RuntimeError, match="graph leaves"):
        deepcopy(w * 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.ones(2, requires_grad=True),
        lambda: nn.Parameter(torch.ones(2)),
        lambda: torch.ones(1).expand(3),
        lambda: torch.ones(4)[:2],
        lambda: torch.tensor([1]),
        lambda: torch.eye(2).to_sparse().requires_grad_(),
        lambda: torch.ones(1, device="meta"),
        lambda: (torch.ones(2, requires_grad=True) * 2).detach(),
    ],
)
def test_P26_deepcopy_copies_leaves_of_any_kind(make):
    """deepcopy() copies any tensor: leaves it does."""
    x = make()
    copied = deepcopy(x)
    assert copied is not x and copied.requires_grad == x.requires_grad
    assert copied.device.type == "meta" or torch.equal(
        copied.detach().to_dense(), x.detach().to_dense()
    )


@pytest.mark.parametrize(
    "layout", [torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc]
)
def test_P26_deepcopy_does_not_copy_compressed_sparse_tensors(layout):
    """Leaves or not; detach().clone() does."""
    blocks = (1, 1) if layout in (torch.sparse_bsr, torch.sparse_bsc) else None
    x = torch.eye(2).to_sparse(layout=layout, blocksize=blocks)
    assert x.is_leaf
    with pytest.raises(NotImplementedError, match="Cannot access storage"):
        deepcopy(x)
    assert torch.equal(x.detach().clone().to_dense(), torch.eye(2))


def test_P29_assigning_the_sum_leaves_the_shared_memory_alone():
    """array = array + 1 shows that nothing is shared: false."""
    x = torch.ones(2)
    array = x.numpy()
    summed = array + 1
    assert summed.tolist() == [2.0, 2.0]
    assert x.tolist() == [1.0, 1.0]
    array += 1
    assert x.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    "x",
    [
        torch.ones(2),
        torch.ones(4)[:2],
        torch.tensor([1, 1]),
        torch.ones(2, dtype=torch.bfloat16),
        torch.ones(2, dtype=torch.complex64),
        nn.Parameter(torch.ones(2)),
        torch.ones(2, requires_grad=True) * 1,
    ],
)
def test_P30_copy_gives_another_object_with_a_counter_of_its_own(x):
    """copy.copy(x) is x: false."""
    y = copy(x)
    version = x._version
    with torch.no_grad():
        y.add_(1)
    assert y is not x
    assert x.tolist() == [2.0, 2.0]
    assert x._version == version


def test_P30_a_write_to_the_copy_spoils_the_gradient_in_silence():
    """Like .data, copy.copy() hides writes from autograd."""
    x = leaf()
    y = x * x
    with torch.no_grad():
        copy(x).fill_(10.0)
    y.backward()
    assert x.grad == 20.0


# --- writes in place ------------------------------------------------------------


def test_P03_a_clone_takes_the_write_that_a_leaf_refuses():
    """With clone() no error message: of a leaf, and of what is saved."""
    x = leaf()
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        x.add_(1)
    x.clone().add_(1).backward()
    assert x.grad == 1.0
    h = 2 * x
    y = h * h
    h.clone().add_(1)
    y.backward()
    assert x.grad == 1.0 + 16.0


def test_P03_a_clone_that_is_saved_does_not_escape_the_error():
    """With clone() no error message: not if the clone itself is saved."""
    v = leaf().clone()
    y = v * v
    v.add_(1)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.backward()


def test_P04_writing_to_a_product_with_a_number_raises_nothing():
    """backward() raises: false."""
    x = leaf()
    y = x * 2
    y.add_(1)
    y.backward()
    assert x.grad == 2.0


def test_P10_only_a_write_to_a_saved_tensor_raises():
    """Writes are forbidden in a graph: on a leaf, and if the tensor was saved."""
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        leaf().add_(1)
    for operation, raises in ((lambda h: h * h, True), (lambda h: h * 2, False)):
        h = leaf().clone()
        y = operation(h)
        h.add_(1)
        if raises:
            with pytest.raises(RuntimeError, match=MODIFIED):
                y.backward()
        else:
            y.backward()


def views_of_one_tensor():
    h = torch.ones(2, requires_grad=True) * 1
    return h[:1], h[1:]


def test_P10_a_write_to_other_elements_of_the_memory_raises_too():
    """Writes are forbidden: they raise even if the saved value stays."""
    saved, written = views_of_one_tensor()
    y = saved * saved
    written.add_(1)
    assert saved.item() == 1.0
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.sum().backward()


@pytest.mark.parametrize(
    "write", [lambda w: w.add_(1), lambda w: w[:1].add_(1), lambda w: w.t().mul_(2)]
)
def test_P10_a_leaf_refuses_the_write_while_recording_is_on(write):
    """The leaf and its views refuse: not under no_grad."""
    w = torch.ones(2, 2, requires_grad=True)
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        write(w)
    before = w.tolist()
    with torch.no_grad():
        write(w)
    assert w.tolist() != before


def test_P10_views_of_a_leaf_that_do_not_require_grad_take_the_write():
    w = torch.ones(2, requires_grad=True)
    for view in (w.detach(), w.view(torch.int32)):
        assert not view.requires_grad
        view.fill_(0)
        assert w.tolist() == [0.0, 0.0]


def test_W09_data_hides_a_write_that_detach_reports():
    """.data is silent, detach() reports: true."""
    x = leaf()
    y = x * x
    x.data.fill_(10.0)
    y.backward()
    assert x.grad == 20.0
    x = leaf()
    y = x * x
    x.detach().fill_(10.0)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.backward()


@pytest.mark.parametrize(
    "write",
    [
        lambda z: z.numpy().fill(10.0),
        lambda z: z.apply_(lambda _: 10.0),
        lambda z: z.map_(z, lambda _, __: 10.0),
        lambda z: z.untyped_storage().copy_(torch.tensor([10.0]).untyped_storage()),
    ],
)
def test_W10_a_write_that_is_not_counted_is_not_noticed(write):
    """detach() guarantees the gradient: not of these writes."""
    x = torch.tensor([2.0], requires_grad=True)
    y = x * x
    write(x.detach())
    y.backward()
    assert x.grad == 20.0


@pytest.mark.parametrize(
    "write",
    [
        lambda z: z.fill_(10.0),
        lambda z: z.__setitem__(0, 10.0),
        lambda z: z.copy_(torch.tensor([10.0])),
        lambda z: torch.add(z, 8.0, out=z),
        lambda z: z[:].mul_(5.0),
    ],
)
@pytest.mark.parametrize("use", [lambda x: x * x, torch.sin, lambda x: x**3])
def test_W10_a_counted_write_to_what_is_saved_raises(use, write):
    """detach() guarantees the gradient: an exception stands in for it."""
    x = torch.tensor([2.0], requires_grad=True)
    y = use(x)
    write(x.detach())
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.backward()


def test_W10_a_write_before_the_use_is_differentiated_as_if_it_came_from_x():
    """detach() guarantees the gradient: not of what is written to before."""
    x = torch.tensor([2.0], requires_grad=True)
    h = x * 3
    h.detach().fill_(1.0)
    (h * h).backward()
    assert x.grad == 2 * 1.0 * 3  # the derivative of what is computed is 0


def test_W11_torch_does_not_say_that_data_is_deprecated():
    """.data is deprecated: neither a warning nor a docstring says so."""

    def says_so(name):
        text = getattr(torch.Tensor, name).__doc__ or ""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            getattr(torch.ones(2, 2, 2), name)
        return len(caught) > 0, "deprecated" in text

    assert says_so("data") == (False, False)
    assert says_so("T") == (True, True)
    assert not torch.Tensor.data.__doc__


@pytest.mark.parametrize(
    "view",
    [
        lambda h: h[:2],
        lambda h: h.view(2, 2),
        lambda h: h.t(),
        lambda h: h.expand(3, 4),
        lambda h: h.reshape(2, 2),
        lambda h: h.unbind()[0],
        lambda h: h.detach()[:2],
    ],
)
def test_W20_views_cannot_be_detached_in_place(view):
    """Views refuse detach_(): true of those of normal tensors."""
    for h in (torch.ones(4, requires_grad=True) * 2, torch.ones(4)):
        with pytest.raises(RuntimeError, match="Can't detach views in-place"):
            view(h).detach_()
        assert h.detach_().is_leaf
    with torch.inference_mode():
        h = torch.ones(4)
    assert view(h).detach_().is_leaf


# --- gradients ------------------------------------------------------------------


def test_P11_detaching_the_hidden_state_mends_what_retain_graph_does_not():
    """retain_graph=True mends the RNN error: if the weights are not updated."""

    def train(carry, retain_graph, update=True):
        torch.manual_seed(0)
        rnn = nn.RNN(3, 4)
        optimizer = torch.optim.SGD(rnn.parameters(), lr=0.1)
        hidden = torch.zeros(1, 2, 4)
        for _ in range(2):
            output, hidden = rnn(torch.ones(5, 2, 3), carry(hidden))
            output.sum().backward(retain_graph=retain_graph)
            if update:
                optimizer.step()

    with pytest.raises(RuntimeError, match="a second time"):
        train(lambda hidden: hidden, retain_graph=False)
    train(lambda hidden: hidden, retain_graph=True, update=False)
    with pytest.raises(RuntimeError, match=MODIFIED):
        train(lambda hidden: hidden, retain_graph=True)
    train(lambda hidden: hidden.detach(), retain_graph=False)


@pytest.mark.parametrize(("lr", "right_one"), [(0.0, True), (0.05, False)])
def test_P11_with_a_fused_optimizer_the_second_gradient_is_wrong_in_silence(
    lr, right_one
):
    """retain_graph=True mends the RNN error: fused, without an error."""

    def steps(network, weights):
        """Each step with weights of its own; the last hidden state is carried on."""
        hidden = torch.zeros(1, 2, 4)
        for one in weights:
            given = dict(zip(dict(network.named_parameters()), one))
            output, hidden = torch.func.functional_call(
                network, given, (torch.ones(5, 2, 3), hidden)
            )
        return output.sum()

    torch.manual_seed(0)
    rnn = nn.RNN(3, 4)
    optimizer = torch.optim.SGD(rnn.parameters(), lr=lr, fused=True)
    before = [p.detach().clone().requires_grad_() for p in rnn.parameters()]
    output, hidden = rnn(torch.ones(5, 2, 3), torch.zeros(1, 2, 4))
    output.sum().backward(retain_graph=True)
    optimizer.step()
    optimizer.zero_grad()
    after = [p.detach().clone().requires_grad_() for p in rnn.parameters()]
    output, hidden = rnn(torch.ones(5, 2, 3), hidden)
    output.sum().backward(retain_graph=True)

    steps(rnn, [before, after]).backward()
    right = [one.grad + two.grad for one, two in zip(before, after)]
    found = [p.grad for p in rnn.parameters()]
    assert all(g.abs().max() > 0.1 for g in right)
    agree = [torch.allclose(*pair, rtol=0.01) for pair in zip(found, right)]
    assert agree == [right_one] * len(right)


def test_P17_to_returns_a_leaf_only_if_nothing_is_converted():
    """A leaf stays a leaf through to(): if it returns the tensor itself."""
    w = torch.ones(2, requires_grad=True)
    assert w.to(torch.float32) is w
    assert not w.to(torch.float64).is_leaf
    assert not w.to("meta").is_leaf
    assert nn.Linear(2, 1).to(torch.float64).weight.is_leaf


def test_P17_a_conversion_that_is_not_recorded_gives_a_leaf():
    """Not a leaf: if the conversion is recorded."""
    w = torch.ones(2, requires_grad=True)
    assert not w.to(torch.float32, copy=True).is_leaf
    assert w.to(torch.int64).is_leaf
    with torch.no_grad():
        assert w.to(torch.float64).is_leaf
    assert torch.ones(2).to(torch.float64).is_leaf


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv1d(1, 1, 1),
        lambda: nn.LSTM(2, 2),
        lambda: nn.BatchNorm1d(2),
        lambda: nn.Embedding(2, 2),
        lambda: nn.MultiheadAttention(2, 1),
        lambda: nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)),
    ],
)
def test_P17_the_parameters_of_a_module_stay_leaves(make):
    """The to() of a module is another matter."""
    for target in (torch.float64, "meta"):
        module = make().to(target)
        assert all(p.is_leaf and p.requires_grad for p in module.parameters())


def test_P20_clone_passes_double_backward():
    """clone() breaks double backward: false."""
    x = torch.rand(3, dtype=torch.float64, requires_grad=True)
    assert gradgradcheck(lambda x: x.clone() ** 3, x)


def test_P22_a_parameter_does_not_pass_its_gradient_on():
    """The gradient of nn.Parameter(x) reaches x: false."""
    x = torch.ones(2, requires_grad=True)
    weight = nn.Parameter(x)
    (weight * 3).sum().backward()
    assert weight.grad.tolist() == [3.0, 3.0]
    assert x.grad is None
    assert weight.data_ptr() == x.data_ptr()


def test_W01_zero_grad_sets_none_unless_told_otherwise():
    """zero_grad() sets zeros: it did up to 1.13."""
    w = leaf()
    optimizer = torch.optim.SGD([w], lr=0.1)
    (w * w).backward()
    optimizer.zero_grad(set_to_none=False)
    assert w.grad == 0.0
    optimizer.zero_grad()
    assert w.grad is None


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_W01_zero_grad_of_each_optimizer_sets_none_by_default(name):
    """zero_grad() sets zeros: not by default."""
    w = torch.ones(2, 2, requires_grad=True)
    optimizer = OPTIMIZERS[name]([w], lr=0.1)
    w.grad = torch.ones(2, 2)
    optimizer.zero_grad()
    assert w.grad is None


def test_W02_backward_adds_to_the_gradient():
    """It adds up: true."""
    x = leaf()
    for expected in (4.0, 8.0, 12.0):
        (x * x).backward()
        assert x.grad == expected


def test_W03_a_graph_without_saved_tensors_can_be_used_again():
    """A second backward raises: if something was saved."""
    x = leaf()
    product, total = x * x, x + 1
    product.backward()
    total.backward()
    total.backward()
    assert x.grad == 4.0 + 1.0 + 1.0
    with pytest.raises(RuntimeError, match="a second time"):
        product.backward()


def test_W03_saving_no_tensor_is_not_enough_for_a_second_backward():
    """After a write to the result, it raises all the same."""
    y = torch.ones(2, requires_grad=True) + 1
    y[0] = 7.0
    y.sum().backward()
    with pytest.raises(RuntimeError, match="a second time"):
        y.sum().backward()


def test_W06_zero_grad_before_backward_or_after_step_trains_alike():
    """Anywhere but between backward and step: true."""

    def trained(*order):
        w = leaf(1.0)
        optimizer = torch.optim.SGD([w], lr=0.1)
        calls = {
            "forward": lambda: losses.append(w * w),
            "zero_grad": optimizer.zero_grad,
            "backward": lambda: losses.pop().backward(),
            "step": optimizer.step,
        }
        losses = []
        for name in order * 3:
            calls[name]()
        return w.item()

    first = trained("zero_grad", "forward", "backward", "step")
    assert first == trained("forward", "zero_grad", "backward", "step") < 1.0
    assert first == trained("forward", "backward", "step", "zero_grad")
    assert trained("forward", "backward", "zero_grad", "step") == 1.0


@pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - {"LBFGS"}))
def test_W06_zero_grad_has_the_same_places_with_each_optimizer(name):
    """Anywhere but between backward and step: true."""

    def trained(*order):
        w = torch.tensor([[1.0, 2.0], [3.0, 5.0]], requires_grad=True)
        optimizer = OPTIMIZERS[name]([w], lr=0.1)
        calls = {
            "forward": lambda: losses.append((w * w).sum()),
            "zero_grad": optimizer.zero_grad,
            "backward": lambda: losses.pop().backward(),
            "step": optimizer.step,
        }
        losses = []
        for call in order * 3:
            calls[call]()
        return w.tolist()

    first = trained("zero_grad", "forward", "backward", "step")
    assert first == trained("forward", "zero_grad", "backward", "step")
    assert first == trained("forward", "backward", "step", "zero_grad")
    untrained = trained("forward", "backward", "zero_grad", "step")
    assert untrained == [[1.0, 2.0], [3.0, 5.0]] != first


def test_W18_gradient_passes_through_a_frozen_layer():
    """Freezing keeps the gradient from the layers before: false."""
    below, frozen = nn.Linear(2, 2), nn.Linear(2, 1).requires_grad_(False)
    frozen(below(torch.ones(2))).backward()
    assert frozen.weight.grad is None
    assert below.weight.grad is not None


def test_W19_backward_of_several_elements_needs_weights():
    """Without argument for one element only: true."""
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        (x * 2).backward()
    (x * 2).backward(torch.tensor([1.0, 10.0]))
    assert x.grad.tolist() == [2.0, 20.0]


def test_W19_one_complex_element_needs_an_argument():
    """Without argument for one element: if it is a real number."""
    z = torch.tensor(1 + 2j, requires_grad=True)
    with pytest.raises(RuntimeError, match="only for real scalar outputs"):
        (z * 2).backward()
    (z * 2).backward(torch.tensor(1 + 0j))
    assert z.grad == 2


# --- modes ----------------------------------------------------------------------


def test_P05_requires_grad_can_be_switched_back():
    """False is permanent: beyond any block, until it is set again."""
    x = leaf().requires_grad_(False)
    with torch.enable_grad():
        assert not (x * x).requires_grad
    assert not (x * x).requires_grad
    assert (x.requires_grad_() * x).requires_grad


def test_P05_a_write_with_what_requires_grad_sets_the_flag():
    """False is permanent: not if the tensor becomes a result."""
    x = leaf().requires_grad_(False)
    x.add_(leaf())
    assert x.requires_grad and not x.is_leaf


def test_P06_no_grad_does_not_touch_grad():
    """no_grad() sets .grad to None: false."""
    x = leaf()
    (x * x).backward()
    with torch.no_grad():
        assert not (x * x).requires_grad
    assert x.grad == 4.0


def test_P07_eval_saves_work_only_in_layers_that_do_less_then():
    """eval() speeds up: where there is, say, a Dropout or a BatchNorm."""

    class Counter(TorchDispatchMode):
        operations = 0

        def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
            self.operations += 1
            return operation(*args, **(kwargs or {}))

    for layer, fewer in (
        (nn.ReLU(), False),
        (nn.Dropout(), True),
        (nn.BatchNorm1d(8), True),
    ):
        model = nn.Sequential(nn.Linear(8, 8), layer)
        counts = []
        for training in (True, False):
            with Counter() as counter:
                assert model.train(training)(torch.ones(4, 8)).requires_grad
            counts.append(counter.operations)
        assert (counts[1] < counts[0]) is fewer


def test_P16_an_average_that_requires_no_grad_is_drawn_into_the_graph():
    """requires_grad_(False) is enough for an EMA: false."""
    online, target = nn.Parameter(torch.ones(1)), torch.zeros(1)
    target.mul_(0.9).add_(online, alpha=0.1)
    assert target.requires_grad and not target.is_leaf
    average = torch.zeros(1)
    with torch.no_grad():
        average.mul_(0.9).add_(online, alpha=0.1)
    assert not average.requires_grad


def test_P18_dropout_acts_under_no_grad():
    """no_grad() switches Dropout off: false."""
    torch.manual_seed(0)
    dropout = nn.Dropout()
    with torch.no_grad():
        assert (dropout(torch.ones(100)) == 0).any()
        assert (dropout.eval()(torch.ones(100)) == 1).all()


def test_P19_the_statistics_of_batch_norm_move_under_no_grad():
    """They stand still: false."""
    norm = nn.BatchNorm1d(2)
    with torch.no_grad():
        norm(torch.rand(4, 2) + 5)
    assert norm.running_mean.min() > 0


def test_P21_inference_tensors_can_be_added_but_not_saved_or_written_to():
    """inference_mode is a faster no_grad: in one of three uses."""
    w = torch.ones(2, requires_grad=True)
    with torch.inference_mode():
        features = torch.ones(2) * 3
    assert (w + features).requires_grad
    with pytest.raises(RuntimeError, match="cannot be saved for backward"):
        w * features
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor"):
        features.add_(1)


@pytest.mark.parametrize(
    "write",
    [
        lambda f: f.add_(1),
        lambda f: f.fill_(1),
        lambda f: f.__setitem__(0, 1.0),
        lambda f: f[:1].mul_(2),
        lambda f: torch.add(f, 1, out=f),
    ],
)
def test_P21_operations_outside_do_not_write_to_inference_tensors(write):
    """It can take the place of no_grad: not if it is written to outside."""
    with torch.inference_mode():
        features = torch.ones(2) * 3
        write(features)
    for mode in (torch.enable_grad, torch.no_grad):
        with mode(), pytest.raises(RuntimeError, match="Inplace update to inference"):
            write(features)
    features.numpy().fill(7.0)  # that is no operation of torch
    assert features.tolist() == [7.0, 7.0]


def test_P23_views_and_new_tensors_may_require_grad_under_no_grad():
    """Every result has requires_grad=False: results of operations."""
    x = torch.ones(4, requires_grad=True)
    with torch.no_grad():
        assert not (x * 2).requires_grad
        assert x.view(2, 2).requires_grad
        assert torch.ones(2, requires_grad=True).requires_grad


def test_P23_under_no_grad_a_result_requires_grad_only_as_input_or_view():
    """Every result has requires_grad=False: over the operations of torch."""
    seen, others = 0, []
    for op in op_db:
        if torch.float32 not in op.supported_dtypes("cpu"):
            continue
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            try:
                sample = next(
                    iter(op.sample_inputs_func(op, "cpu", torch.float32, False))
                )
                x = sample.input.detach().clone().requires_grad_()
                results = op(x, *sample.args, **sample.kwargs)
            except (StopIteration, AttributeError, AssertionError, *FAILURES):
                continue
        for result in results if isinstance(results, (tuple, list)) else [results]:
            if not isinstance(result, torch.Tensor):
                continue
            seen += 1
            shares = result is x or (
                result.layout == x.layout == torch.strided
                and result.untyped_storage().data_ptr()
                == x.untyped_storage().data_ptr()
            )
            if result.requires_grad and not shares:
                others.append(op.name)
    assert seen > 300 and others == []


def test_P23_operations_that_return_their_input_and_views_keep_its_flag():
    """Every result: not these."""
    w = torch.ones(4, requires_grad=True)
    h = w * 2
    with torch.no_grad():
        for same in (w.contiguous(), w.to(torch.float32), w.add_(1), nn.Identity()(w)):
            assert same is w and same.requires_grad
        for view in (w[:2], h[:2], w.view(2, 2), h.expand(3, 4)):
            assert view.requires_grad


def test_P24_no_grad_does_nothing_until_it_is_entered():
    """A line with torch.no_grad() switches off: false."""
    mode = torch.no_grad()
    assert torch.is_grad_enabled()
    with mode:
        assert not torch.is_grad_enabled()
    decorated = torch.no_grad()(torch.is_grad_enabled)
    assert torch.is_grad_enabled() and not decorated()


def test_P25_the_decorator_set_grad_enabled_puts_the_mode_back():
    """It switches off for good: it did up to 1.13."""

    @torch.set_grad_enabled(False)
    def evaluate():
        return torch.is_grad_enabled()

    assert torch.is_grad_enabled()
    assert not evaluate()


def test_P27_a_block_in_a_generator_reaches_outside_while_it_waits():
    """It does not: only when the generator has ended."""

    def batches():
        with torch.no_grad():
            yield

    stream = batches()
    next(stream)
    assert not torch.is_grad_enabled()
    stream.close()
    assert torch.is_grad_enabled()
    stream = torch.no_grad()(batches)()
    next(stream)
    assert torch.is_grad_enabled()


def test_P28_detach_and_no_grad_give_the_same_gradient_not_the_same_graph():
    """They are interchangeable: not in what is built and saved."""
    w = leaf(3.0)

    def unrecorded():
        with torch.no_grad():
            return w * w

    def detached():
        return (w * w).detach()

    for make, saved in ((unrecorded, 0), (detached, 2)):
        assert torch.autograd.grad(w * make(), w) == (9.0,)
        assert tensors_saved(make) == saved


@pytest.mark.parametrize(
    "function",
    [nn.Identity(), nn.Dropout().eval(), nn.Sequential(), torch.Tensor.contiguous],
)
def test_P28_no_grad_does_not_stop_what_a_function_returns_unchanged(function):
    """They are interchangeable: not if the result is the input itself."""
    w = leaf(3.0)
    with torch.no_grad():
        same = function(w)
    assert same is w
    assert torch.autograd.grad(w * same, w) == (6.0,)
    assert torch.autograd.grad(w * function(w).detach(), w) == (3.0,)


def test_W04_backward_works_in_evaluation_mode():
    """No backward pass in eval(): false."""
    model = nn.Linear(2, 1).eval()
    model(torch.ones(2)).backward()
    assert model.weight.grad.tolist() == [[1.0, 1.0]]


def test_W05_batch_norm_depends_on_eval_too():
    """Without Dropout both give the same: not with a BatchNorm."""
    data = torch.rand(4, 3)
    for model, same in ((nn.Linear(3, 2), True), (nn.BatchNorm1d(3), False)):
        with torch.no_grad():
            unrecorded = model.train()(data)
        assert torch.equal(unrecorded, model.eval()(data)) is same


def test_W12_a_result_requires_grad_if_it_is_recorded_and_can_have_one():
    """If one input does: where recording is on, for dtypes with gradients."""
    w, x = torch.ones(2, requires_grad=True), torch.ones(2)
    assert (w + x).requires_grad
    assert not w.argmax().requires_grad
    with torch.no_grad():
        assert not (w + x).requires_grad


@pytest.mark.parametrize(
    "operation",
    [
        torch.zeros_like,
        torch.rand_like,
        lambda w: w.new_zeros(2),
        lambda w: torch.histc(w, 2),
        lambda w: w.detach(),
    ],
)
def test_W12_operations_that_are_not_differentiated_give_no_flag(operation):
    """If one input does: not if the operation does not use its value so."""
    result = operation(torch.ones(2, requires_grad=True))
    assert result.is_floating_point() and not result.requires_grad


def test_W13_parameters_made_under_no_grad_require_grad():
    """They require grad all the same: true."""
    with torch.no_grad():
        assert all(p.requires_grad for p in nn.Linear(2, 1).parameters())


def test_W14_the_mode_belongs_to_a_thread():
    """no_grad() does not affect other threads: true."""
    seen = []
    with torch.no_grad():
        thread = Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_W15_the_decorator_works_without_parentheses():
    """It needs its parentheses: it did up to 1.13."""

    @torch.no_grad
    def recorded():
        return torch.is_grad_enabled()

    assert recorded() is False


def test_W16_no_grad_leaves_the_flags_of_parameters_alone():
    """It sets them to False: false."""
    model = nn.Linear(2, 1)
    with torch.no_grad():
        assert all(p.requires_grad for p in model.parameters())


def test_W17_freezing_does_not_stop_the_statistics_of_batch_norm():
    """requires_grad=False does not freeze them: true."""
    norm = nn.BatchNorm1d(2).requires_grad_(False)
    norm(torch.rand(4, 2) + 5)
    moved = norm.running_mean.clone()
    assert moved.min() > 0
    norm.eval()(torch.rand(4, 2))
    assert torch.equal(norm.running_mean, moved)


# --- memory ---------------------------------------------------------------------


def test_P14_a_sum_of_losses_holds_the_graphs_of_all_steps():
    """It only adds numbers: false."""
    w = leaf()
    sizes = {}
    for steps in (10, 20):
        total = sum((w * step for step in range(steps)), torch.tensor(0.0))
        sizes[steps] = len(nodes(total))
    assert sizes[20] == 2 * sizes[10] - 1
    for take in (torch.Tensor.detach, torch.Tensor.item):
        total = sum((take(w * step) for step in range(10)), torch.tensor(0.0))
        assert nodes(total) == set()


@pytest.mark.parametrize(
    "take", [lambda loss: loss.item(), lambda loss: loss.detach().item()]
)
def test_P15_item_returns_a_number_that_holds_no_graph_without_detach_too(take):
    """Only detach().item() frees the graph: false."""
    batch = numpy.ones(3, dtype="float32")
    alive = weakref.ref(batch)
    loss = (torch.ones(3, requires_grad=True) * torch.from_numpy(batch)).sum()
    history = [take(loss)]
    assert type(history[0]) is float
    del batch
    assert alive() is not None
    del loss
    assert alive() is None


@pytest.mark.parametrize("keep", [True, False])
def test_W07_W08_the_graph_lives_as_long_as_its_tensor_not_the_detached_one(keep):
    """A detached loss keeps the graph, detach() frees it: neither."""
    batch = numpy.ones(3, dtype="float32")
    alive = weakref.ref(batch)
    loss = (torch.ones(3, requires_grad=True) * torch.from_numpy(batch)).sum()
    history = [loss.detach()]
    assert history[0].grad_fn is None
    kept = [loss] if keep else []
    del loss, batch
    gc.collect()
    assert (alive() is not None) is keep is bool(kept)
    for one in kept:
        one.backward()
        assert one.grad_fn is not None and alive() is None


@pytest.mark.parametrize("detached", [True, False])
def test_W08_what_is_computed_from_a_detached_tensor_is_not_kept(detached):
    """detach() saves memory: of the computation that follows."""
    batch = numpy.ones(3, dtype="float32")
    alive = weakref.ref(batch)
    w = torch.ones(3, requires_grad=True)
    y = (w.detach() if detached else w) * torch.from_numpy(batch)
    del batch
    assert (alive() is None) is detached is (y.grad_fn is None)


def test_W08_what_is_computed_with_another_that_requires_grad_is_recorded():
    """detach() saves memory: not if another tensor keeps the graph."""
    w, t = leaf(), leaf()
    assert (w.detach() * 2).grad_fn is None
    assert (w.detach() * t).grad_fn is not None
