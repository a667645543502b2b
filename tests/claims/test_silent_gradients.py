"""The statements of the page on silently wrong gradients.

Each way is computed here once more, with the right gradient found in another
way: by hand, by finite differences, or by the graph before the write.
"""

import ast
import contextlib
import copy
import random
import re
import threading
import warnings
import weakref
from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd import graph
from torch.autograd.gradcheck import GradcheckError
from torch.nn.utils import parametrize
from torch.testing._internal.common_methods_invocations import op_db
from torch.utils._pytree import tree_flatten, tree_map
from torch.utils.checkpoint import checkpoint

from tests.conftest import ROOT, values

TOPIC = "silent_gradients"
SNIPPETS = ROOT / "snippets" / TOPIC
MODIFIED = "modified by an inplace operation"


def parts(name, *wanted):
    """Return functions and classes of a snippet, without running the rest."""
    tree = ast.parse((SNIPPETS / f"{name}.py").read_text(encoding="utf-8"))
    tree.body = [
        node
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        or getattr(node, "name", None) in wanted
    ]
    names = {"__name__": name}
    exec(compile(tree, f"{name}.py", "exec"), names)
    return names[wanted[0]] if len(wanted) == 1 else [names[one] for one in wanted]


watch = parts("watch_saved_tensors", "watch_saved_tensors")
slopes, _ = parts("compare_slopes", "slopes", "state")


def rows(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return values(f"{TOPIC}/{name}")["rows"]


def leaf(*numbers, dtype=torch.float64):
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


def numbers(text):
    """All numbers in brackets, in order."""
    return [float(one) for one in re.findall(r"\[+(-?[\d.]+)", text)]


# The detector


def square(h):
    return h * h


def squared_after(write, op=square, at=2.0):
    """The gradient under the detector, or what it says."""
    w = leaf(at)
    h = w * 1
    with watch():
        y = op(h)
    write(h)
    try:
        y.sum().backward()
    except AssertionError as error:
        return str(error)
    return w.grad.item()


UNCOUNTED = {
    "data": lambda h: h.data.mul_(5),
    "numpy": lambda h: h.detach().numpy().__imul__(5),
    "dlpack": lambda h: torch.from_dlpack(h.detach()).mul_(5),
    "copy.copy": lambda h: copy.copy(h.detach()).mul_(5),
    "set_": lambda h: torch.empty(0).double().set_(h.detach()).mul_(5),
    "storage": lambda h: h.untyped_storage().fill_(0),
    "apply_": lambda h: h.detach().apply_(lambda value: 5 * value),
    "unsafe_chunk": lambda h: h.detach().unsafe_chunk(1)[0].mul_(5),
    "another shape": lambda h: setattr(h, "data", torch.ones(5).double()),
    "another dtype": lambda h: setattr(h, "data", h.data.float()),
    "NaN": lambda h: h.data.fill_(float("nan")),
}


@pytest.mark.parametrize("name", UNCOUNTED)
def test_silent_the_detector_notices_and_names_the_forward_line(name):
    text = squared_after(UNCOUNTED[name])
    assert text.startswith("saved by 'return h * h', line ")
    line = int(text.split(", line ")[1].split(";")[0])
    source = (ROOT / "tests/claims/test_silent_gradients.py").read_text()
    assert source.splitlines()[line - 1].strip() == "return h * h"
    assert "; counter 0, now 0\n" in text


def test_silent_the_detector_notices_counted_writes_too():
    """Under hooks autograd itself does not: see the section on hooks."""
    assert "; counter 0, now 1\n" in squared_after(lambda h: h.detach().mul_(5))
    output = leaf(1.0)
    with watch():
        y = output.exp()
    y += 1
    with pytest.raises(AssertionError, match="counter 0, now 1"):
        y.backward()


@pytest.mark.parametrize(
    ("write", "at"),
    [
        (lambda h: None, 2.0),
        (lambda h: None, float("nan")),
        (lambda h: h.detach().fill_(2.0), 2.0),  # the same value
    ],
)
def test_silent_the_detector_does_not_alarm_where_the_values_stay(write, at):
    assert squared_after(write, at=at) == pytest.approx(2 * at, nan_ok=True)


def test_silent_what_the_detector_does_not_see():
    """The page says so: ctx.x, what nothing saved. And a sign of zero."""
    assert squared_after(lambda h: h.data.neg_(), lambda h: 1 / h, 0.0) == -np.inf
    on_ctx = parts("kept_on_ctx", "Square").apply
    assert squared_after(lambda h: h.detach().mul_(5), on_ctx) == 20
    assert squared_after(lambda h: h.detach().mul_(5), lambda h: h * 3) == 3

    # .data is assigned to a result that nobody holds any more
    w = leaf(2.0)

    def forward():
        h = w * 1
        y = h * h
        h.data = h.data * 5
        return y

    with watch():
        forward().backward()
    assert w.grad.item() == 4  # right, but without the detector it is 20
    w.grad = None
    forward().backward()
    assert w.grad.item() == 20


def test_silent_the_detector_lets_the_graph_be_freed():
    """A saved output in the hook itself would keep itself alive."""
    for keep in (False, True):
        with graph.saved_tensors_hooks(lambda t: t, lambda t: t) if keep else watch():
            y = leaf(1.0).exp()
        alive = weakref.ref(y)
        del y
        assert (alive() is not None) == keep


@pytest.mark.parametrize(
    "function",
    [
        lambda w: w.exp() * w,
        lambda w: (w * 2).sigmoid() ** 3,
        lambda w: torch.softmax(w * w, 0),
    ],
)
def test_silent_the_detector_leaves_second_derivatives_right(function):
    w = leaf(0.5, 1.5)
    with watch():
        assert torch.autograd.gradgradcheck(function, w)


def test_silent_the_detector_refuses_to_work_under_func():
    with watch(), pytest.raises(RuntimeError, match="saved tensor hooks"):
        torch.func.grad(lambda x: (x * x).sum())(torch.ones(1))


def test_silent_the_detector_doubles_the_memory():
    kept = []
    x = torch.ones(10, requires_grad=True)
    hooks = graph.saved_tensors_hooks
    with hooks(lambda t: kept.append(t.numel()) or t, lambda t: t):
        x.sin().cos()
    cloned = []
    clone = torch.Tensor.clone
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            torch.Tensor, "clone", lambda t: cloned.append(t.numel()) or clone(t)
        )
        with watch():
            x.sin().cos()
    assert cloned == kept == [10, 10]
    wide = torch.ones(1).expand(10)  # saved in the memory of one element
    assert wide.untyped_storage().nbytes() == 4
    assert wide.clone().untyped_storage().nbytes() == 40


def test_silent_ignoring_the_buffers_ignores_all_of_them():
    module = nn.Module()
    module.register_buffer("factor", torch.tensor([2.0]))
    for ignored in (module.buffers(), ()):
        w = torch.ones(1, requires_grad=True)
        with watch(ignore=ignored):
            y = w * module.factor
        module.factor.data.mul_(5)
        if ignored:
            y.backward()
            assert w.grad == module.factor
        else:
            with pytest.raises(AssertionError):
                y.backward()


@pytest.mark.parametrize("inside", [True, False])
def test_silent_the_detector_sees_the_thread_that_entered_the_block_only(inside):
    w, t, made = torch.ones(1, requires_grad=True), torch.ones(1), []

    def forward():
        with watch() if inside else contextlib.nullcontext():
            made.append(w * t)

    with contextlib.nullcontext() if inside else watch():
        thread = threading.Thread(target=forward)
        thread.start()
        thread.join()
    t.data.mul_(5)
    with pytest.raises(AssertionError) if inside else contextlib.nullcontext():
        made[0].backward()
    assert (w.grad is None) if inside else (w.grad == 5)


def test_silent_the_page_shows_the_detector_at_work(output):
    text = output(f"{TOPIC}/watch_saved_tensors")
    assert "loss.backward()" in text.split("AssertionError: ")[0]
    assert "saved by 'loss = model(torch.from_numpy(batch)).sum()'" in text
    assert "; counter 0, now 0\n" in text
    source = (SNIPPETS / "watch_saved_tensors.py").read_text(encoding="utf-8")
    assert len(source.split("\nmodel = ")[0].splitlines()) <= 33


def differentiable(op):
    dtypes = op.supported_backward_dtypes("cpu")
    wanted = (torch.float64, torch.float32, torch.complex128)
    return next((dtype for dtype in wanted if dtype in dtypes), None)


def through(op, sample, guard, write=None):
    """Gradients of an operation on results; with a write behind the forward."""
    leaves, inputs = [], []

    def result(t):
        if not (isinstance(t, torch.Tensor) and t.requires_grad):
            return t
        if t.layout != torch.strided:
            return t
        leaves.append(t.detach().clone().requires_grad_())
        inputs.append(leaves[-1].clone())
        return inputs[-1]

    given = tree_map(result, (sample.input, sample.args, dict(sample.kwargs)))
    torch.manual_seed(0)
    with guard():
        made = op(given[0], *given[1], **given[2])
    made = [t for t in tree_flatten(made)[0] if isinstance(t, torch.Tensor)]
    made = [t for t in made if t.requires_grad]
    if write:
        kind, index = write
        (inputs if kind == "input" else made)[index].data.mul_(1.5)
    random = torch.Generator().manual_seed(1)
    weights = [
        torch.rand(t.shape, generator=random, dtype=torch.float64).to(t.dtype)
        for t in made
    ]
    places = [("input", i) for i in range(len(inputs))]
    places += [("output", i) for i in range(len(made))]
    return torch.autograd.grad(made, leaves, weights, allow_unused=True), places


def same(one, other):
    return all(
        (a is None) == (b is None)
        and (a is None or torch.allclose(a.to_dense(), b.to_dense(), equal_nan=True))
        for a, b in zip(one, other, strict=True)
    )


# An operation that updates what it has saved and will not use, or reads a mask
# that it has overwritten.
ALARMS = {
    "_batch_norm_with_update",
    "_native_batch_norm_legit",
    "native_batch_norm",
    "nn.functional.batch_norm",
    "nn.functional.instance_norm",
    "nn.functional.rrelu",
}


@pytest.mark.filterwarnings("ignore")
def test_silent_the_detector_notices_all_wrong_gradients_of_torchs_operations():
    """op_db: an uncounted write to each input and each output, then backward."""
    plain = contextlib.nullcontext
    count, missed, alarms, changed = Counter(), set(), set(), set()
    for op in op_db:
        if not op.supports_autograd or differentiable(op) is None:
            continue
        torch.manual_seed(0)
        # Not op.sample_inputs, which looks at the whole stack for each sample.
        samples = op.sample_inputs_func(op, "cpu", differentiable(op), True)
        for _, sample in zip(range(2), samples, strict=False):
            try:
                right, places = through(op, sample, plain)
                repeated, _ = through(op, sample, plain)
            except Exception:  # not every sample can be differentiated
                count["skipped"] += 1
                continue
            assert same(right, repeated), op.name
            count["clean"] += 1
            try:
                if not same(right, through(op, sample, watch)[0]):
                    changed.add(op.name)
            except AssertionError:
                alarms.add(op.name)
            for place in places:
                try:
                    found, _ = through(op, sample, plain, place)
                except RuntimeError:
                    continue  # the write itself is refused
                if same(found, right):
                    continue
                count["wrong"] += 1
                try:
                    through(op, sample, watch, place)
                except AssertionError:
                    continue
                missed.add((op.name, *place))
    assert count["clean"] > 1000 and count["wrong"] > 600
    assert count["skipped"] < 10
    assert missed == set()
    assert changed == set()
    assert alarms == ALARMS


# The tables of detectors


@pytest.fixture(scope="module")
def detectors():
    return rows("detectors")


def test_silent_each_way_in_the_table_is_wrong_and_silent(detectors):
    """Compared with the slope of the function that is run."""
    assert len(detectors) == 21
    for row in detectors:
        assert row["slope"] is True, row


def test_silent_anomaly_mode_notices_none_of_the_ways(detectors):
    assert {row["anomaly"] for row in detectors} == {False}


def test_silent_the_means_see_what_the_page_says(detectors):
    seen = {
        key: [row["way"] for row in detectors if row[key]]
        for key in ("detach", "gradcheck", "mutation", "copies")
    }
    with_data = [row["way"] for row in detectors if ".data" in row["way"]]
    assert seen["detach"] == with_data and len(with_data) == 2
    missed_by_gradcheck = [r["way"] for r in detectors if not r["gradcheck"]]
    assert len(missed_by_gradcheck) == 1 and "fused=True" in missed_by_gradcheck[0]
    unseen = [row["way"] for row in detectors if not row["copies"]]
    assert [one for one in unseen if "data" in one or "numpy" in one] == []
    for piece in (
        "save_on_cpu",
        "OnCtx",
        "checkpoint",
        "h.detach().mul_(5); y = h * h",
        "NotDirty",
        "scatter",
        "unfold",
        "register_hook",
    ):
        assert [one for one in unseen if piece in one], piece
    assert len(unseen) == 8
    assert set(seen["mutation"]) <= set(seen["copies"])


def test_silent_allow_mutation_repairs_and_says_nothing():
    w = leaf(2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with graph.allow_mutation_on_saved_tensors():
            y = w * w
            w.data.mul_(5)
            y.backward()
    assert w.grad.item() == 4


def test_silent_gradcheck_does_not_see_a_write_behind_the_function():
    w = leaf(2.0)
    assert torch.autograd.gradcheck(lambda w: w * w, w)
    y = w * w
    w.data.mul_(5)
    y.backward()
    assert w.grad.item() == 20


def test_silent_alarms_without_a_cause_come_from_batch_norm_in_training():
    table = rows("false_alarms")
    assert len(table) == 12
    alarms = [
        (row["model"], key)
        for row in table
        for key, value in row.items()
        if value is True
    ]
    assert alarms == [("Conv1d, BatchNorm1d, train()", "copies")]


def test_silent_the_statistics_do_not_matter_in_training_mode_only():
    x = torch.tensor([[1.0], [2.0]], dtype=torch.float64, requires_grad=True)
    for training, matter in ((True, False), (False, True)):
        norm = nn.BatchNorm1d(1).double().train(training)
        y = (norm(x) ** 3).sum()
        (before,) = torch.autograd.grad(y, x, retain_graph=True)
        norm.running_var.data.fill_(100)
        (after,) = torch.autograd.grad(y, x)
        assert torch.equal(before, after) != matter


def test_silent_slopes_differ_for_the_wrong_step_only(output):
    text = output(f"{TOPIC}/compare_slopes").splitlines()
    found = [re.findall(r"-?\d+\.\d{4}", line) for line in text]
    assert found[0][0] != found[0][1]
    assert found[1][0] == found[1][1]


def step_of(model, x, between=lambda: None):
    def step():
        loss = model(x).square().sum()
        between()
        loss.backward()
        return loss

    return step


def agree(step, model):
    measured, computed = slopes(step, model)
    return measured == pytest.approx(computed, rel=1e-4)


def test_silent_slopes_see_writes_between_forward_and_backward():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1)).double()
    x = torch.rand(3, 2, dtype=torch.float64)
    before = copy.deepcopy(model.state_dict())
    assert agree(step_of(model, x), model)
    assert not agree(step_of(model, x, lambda: model[2].weight.data.mul_(5)), model)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])

    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, fused=True)

    def early_step():
        for p in model.parameters():
            p.grad = torch.ones_like(p)
        optimizer.step()
        optimizer.zero_grad()

    assert not agree(step_of(model, x, early_step), model)


@pytest.mark.parametrize(
    "model",
    [
        nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1)),
        nn.Sequential(nn.Linear(2, 3), nn.Dropout(), nn.Linear(3, 1)),
    ],
    ids=["batch norm", "dropout"],
)
@pytest.mark.parametrize("training", [True, False])
def test_silent_slopes_agree_on_models_with_state_and_chance(model, training):
    model = copy.deepcopy(model).double().train(training)
    assert agree(step_of(model, torch.rand(4, 2).double()), model)


class Counting(nn.Module):
    """A buffer that grows with each call, saved or not, in place or not."""

    def __init__(self, persistent, in_place):
        super().__init__()
        self.layer, self.in_place = nn.Linear(2, 1), in_place
        self.register_buffer("calls", torch.zeros(1), persistent=persistent)

    def forward(self, x):
        if self.in_place:
            self.calls += 1
        else:
            self.calls = self.calls + 1
        return self.layer(x) * self.calls


@pytest.mark.parametrize("persistent", [True, False])
@pytest.mark.parametrize("in_place", [True, False])
def test_silent_slopes_put_all_buffers_back(persistent, in_place):
    model = Counting(persistent, in_place).double()
    assert agree(step_of(model, torch.rand(4, 2).double()), model)
    assert model.calls == 0


@pytest.mark.parametrize("frozen", ["0.weight", "2.bias"])
def test_silent_slopes_leave_frozen_parameters_alone(frozen):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    model.get_parameter(frozen).requires_grad_(False)
    assert agree(step_of(model, torch.rand(4, 2).double()), model)


@pytest.mark.parametrize(
    "after",
    [
        lambda model: nn.utils.clip_grad_norm_(model.parameters(), 1e-3),
        lambda model: model.zero_grad(),
    ],
    ids=["clipped", "zero_grad"],
)
def test_silent_slopes_differ_if_the_step_changes_the_gradient(after):
    model = nn.Linear(2, 1).double()
    x = torch.rand(4, 2).double() + 1

    def step():
        loss = model(x).square().sum()
        loss.backward()
        after(model)
        return loss

    assert not agree(step, model)


def test_silent_slopes_differ_behind_detach_as_well():
    model = nn.Linear(1, 1).double()

    def step():
        loss = (model.weight * model.weight.detach()).sum()
        loss.backward()
        return loss

    assert not agree(step, model)


# Writes that the counter does not see


def test_silent_the_first_write_of_the_table_is_counted_and_the_others_not():
    table = rows("uncounted_writes")
    assert len(table) == 16
    assert table[0] == {
        "write": "t.mul_(five)",
        "counter": True,
        "grad": None,
        "right": 2.0,
    }
    for row in table[1:]:
        assert (row["counter"], row["grad"]) == (False, 10.0), row
        assert row["right"] == 2.0


@pytest.mark.parametrize(
    "instead",
    [
        lambda t: t.mul_(5),
        lambda t: t.copy_(t * 5),
        lambda t: t.copy_(t.clone().apply_(lambda v: v * 5)),
    ],
)
def test_silent_the_writes_to_use_instead_are_counted(instead):
    w, t = leaf(3.0), torch.tensor([2.0], dtype=torch.float64)
    y = w * t
    instead(t)
    assert t.item() == 10
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.backward()


@pytest.mark.parametrize(
    ("use", "needed"), [(lambda h: h * h, True), (lambda h: h * 3, False)]
)
def test_silent_a_counted_write_raises_only_if_the_old_value_is_needed(use, needed):
    w = leaf(2.0)
    h = w * 1
    y = use(h)
    with torch.no_grad():
        h.mul_(5)
    assert h._version == 1
    raising = pytest.raises(RuntimeError, match=MODIFIED)
    with raising if needed else contextlib.nullcontext():
        y.backward()


def test_silent_a_step_in_between_raises_only_if_the_old_weight_is_needed():
    for layers in (1, 2):
        model = nn.Sequential(*[nn.Linear(1, 1) for _ in range(layers)])
        y = model(torch.ones(1, 1)).sum()
        y.backward(retain_graph=True)
        torch.optim.SGD(model.parameters()).step()
        with (
            contextlib.nullcontext()
            if layers == 1
            else pytest.raises(RuntimeError, match=MODIFIED)
        ):
            y.backward()


def test_silent_increment_version_makes_backward_raise(output):
    assert MODIFIED in output(f"{TOPIC}/say_that_you_wrote")


def test_silent_vector_to_parameters_assigns_data():
    p = nn.Parameter(torch.ones(2))
    before = p._version
    nn.utils.vector_to_parameters(torch.zeros(2), [p])
    assert p._version == before and p.tolist() == [0, 0]
    with torch.no_grad():
        p.copy_(torch.ones(2))
    assert p._version == before + 1


def test_silent_fused_optimizers_do_not_move_the_counter():
    table = rows("fused_optimizers")
    assert len(table) == 8
    for row in table:
        fused = "fused=True" in row["optimizer"]
        assert row["counter"] != fused, row
        assert (row["grad"] is None) != fused, row
        assert row["right"] == 2 * 2.0
        assert row["grad"] is None or row["grad"] != pytest.approx(4.0, rel=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize(
    ("optimizer", "options"),
    [
        (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
        (torch.optim.SGD, {"maximize": True, "weight_decay": 0.1}),
        (torch.optim.Adam, {"amsgrad": True}),
        (torch.optim.Adam, {"maximize": True, "weight_decay": 0.1}),
        (torch.optim.AdamW, {"amsgrad": True}),
        (torch.optim.Adagrad, {"lr_decay": 0.1}),
    ],
)
def test_silent_no_variant_of_a_fused_optimizer_counts(optimizer, options, dtype):
    w = torch.ones(3, dtype=dtype, requires_grad=True)
    made = optimizer([w], lr=0.1, fused=True, **options)
    w.grad = torch.ones_like(w)
    made.step()
    assert w._version == 0 and not (w == 1).any()


def test_silent_a_batch_norm_in_training_overwrites_what_evaluation_saved(output):
    text = output(f"{TOPIC}/batch_norm_statistics")
    assert "running_var._version == before = True" in text
    right, wrong = re.findall(r"tensor\(\[(.+?)\]\)", text)
    exact = 1 / (1 + 1e-5) ** 0.5
    assert [float(v) for v in right.split(", ")] == pytest.approx([exact] * 2, rel=1e-4)
    assert float(wrong.split(",")[0]) < 0.1


@pytest.mark.parametrize(
    ("cls", "shape", "counted"),
    [
        (nn.BatchNorm1d, (2, 1), False),
        (nn.BatchNorm2d, (2, 1, 1, 1), False),
        (nn.BatchNorm3d, (2, 1, 1, 1, 1), False),
        (nn.InstanceNorm1d, (2, 1, 2), True),
    ],
)
def test_silent_batch_norms_do_not_count_the_update_of_their_statistics(
    cls, shape, counted
):
    norm = cls(1, track_running_stats=True).train()
    value, version = norm.running_var.clone(), norm.running_var._version
    norm(torch.arange(float(np.prod(shape))).view(shape) ** 2)
    assert not torch.equal(norm.running_var, value)
    assert (norm.running_var._version > version) == counted


def test_silent_train_reaches_a_batch_norm_that_was_frozen_by_eval():
    model = nn.Sequential(nn.BatchNorm1d(1))
    model[0].eval()
    assert model.train()[0].training


def test_silent_a_conversion_rounds_what_was_saved(output):
    right, wrong = numbers(output(f"{TOPIC}/converted_between"))
    assert right == pytest.approx(2 * 1.1)
    assert wrong == pytest.approx(2 * torch.tensor(1.1).bfloat16().item(), abs=1e-4)
    assert wrong != pytest.approx(right, abs=1e-4)


@pytest.mark.parametrize(
    ("module", "shape", "wrong"),
    [
        (nn.Linear(2, 2), (1, 2), False),
        (nn.Linear(2, 2, bias=False), (3, 1, 2), False),
        (nn.Conv1d(2, 2, 1), (1, 2, 2), True),
        (nn.LayerNorm(2), (1, 2), True),
        (nn.BatchNorm1d(2).eval(), (2, 2), True),
    ],
    ids=str,
)
def test_silent_a_conversion_matters_where_the_parameter_itself_was_saved(
    module, shape, wrong
):
    torch.manual_seed(0)
    for p in module.parameters():
        nn.init.uniform_(p, 1.01, 1.09)
    x = torch.rand(shape, requires_grad=True)
    y = (module(x) * torch.rand(shape)).sum()
    (right,) = torch.autograd.grad(y, x, retain_graph=True)
    module.bfloat16().float()
    (after,) = torch.autograd.grad(y, x)
    assert torch.equal(after, right) != wrong


def test_silent_a_conversion_assigns_to_data():
    layer = nn.Linear(1, 1)
    weight, version, place = (
        layer.weight,
        layer.weight._version,
        layer.weight.data_ptr(),
    )
    layer.double()
    assert layer.weight is weight and weight.dtype == torch.float64
    assert weight._version == version and weight.data_ptr() != place


def test_silent_swapping_parameters_on_conversion_raises_instead():
    model = nn.Bilinear(1, 1, 1)
    x = torch.ones(1, 1, requires_grad=True)
    y = model(x, x)
    torch.__future__.set_swap_module_params_on_conversion(True)
    try:
        with pytest.raises(RuntimeError, match="Couldn't swap"):
            model.bfloat16()
    finally:
        torch.__future__.set_swap_module_params_on_conversion(False)
    assert y.requires_grad


def test_silent_another_process_writes_and_the_counter_stays(output):
    text = output(f"{TOPIC}/other_process")
    assert "t = tensor([10.]), t._version = 0" in text
    assert "w.grad = tensor([10.])" in text  # y = w * t was computed with 2


def test_silent_some_collectives_do_not_count_what_they_receive():
    table = {row.pop("call"): row for row in rows("collective_writes")}
    assert all(row["value"] == 10 and row["right"] == 2 for row in table.values())
    uncounted = {name for name, row in table.items() if not row["counter"]}
    assert uncounted == {"scatter", "all_to_all_single"}
    for name, row in table.items():
        assert row["grad"] == (10.0 if name in uncounted else None)


def test_silent_a_sparse_tensor_has_the_memory_of_its_values_not_the_counter(output):
    text = output(f"{TOPIC}/sparse_values")
    assert "values._version = 1, matrix._version = 0" in text
    assert "w.grad = tensor([[10.]])" in text  # the matrix held 2


@pytest.mark.filterwarnings("ignore:Sparse")
@pytest.mark.parametrize("layout", ["coo", "csr"])
def test_silent_a_sparse_tensor_counts_writes_to_itself(layout):
    numbers = torch.tensor([2.0])
    if layout == "coo":
        index = torch.tensor([[0], [0]])
        matrix = torch.sparse_coo_tensor(index, numbers, (1, 1))
    else:
        rows = torch.tensor([0, 1])
        matrix = torch.sparse_csr_tensor(rows, torch.tensor([0]), numbers, (1, 1))
    w = torch.ones(1, 1, requires_grad=True)
    y = matrix @ w
    numbers.mul_(5)
    assert torch.autograd.grad(y.sum(), w, retain_graph=True)[0].item() == 10
    matrix.mul_(1)
    with pytest.raises(RuntimeError, match=MODIFIED):
        torch.autograd.grad(y.sum(), w)


# Saved, but not checked


def test_silent_under_hooks_the_counter_is_not_compared(output):
    text = output(f"{TOPIC}/hooks_replace_the_check")
    assert text.splitlines() == ["t._version = 1", "w.grad = tensor([10.])"]
    w, t = leaf(3.0), torch.tensor([2.0], dtype=torch.float64)
    y = w * t
    t.mul_(5)
    with pytest.raises(RuntimeError, match=MODIFIED):
        y.backward()


def test_silent_the_innermost_hooks_are_the_ones_that_are_used():
    used = []

    def hooks(name):
        return graph.saved_tensors_hooks(lambda t: used.append(name) or t, lambda t: t)

    with hooks("outer"), hooks("inner"):
        leaf(1.0).exp()
    assert used == ["inner"]
    w, t = leaf(3.0), torch.tensor([2.0], dtype=torch.float64)
    with graph.save_on_cpu(), watch():
        y = w * t
    t.mul_(5)
    with pytest.raises(AssertionError, match="saved by"):
        y.backward()


def test_silent_an_attribute_of_ctx_is_not_checked_and_a_saved_tensor_is(output):
    assert output(f"{TOPIC}/kept_on_ctx").strip() == "w.grad = tensor([20.])"
    source = (SNIPPETS / "kept_on_ctx.py").read_text(encoding="utf-8")
    source = source.replace("ctx.x = x", "ctx.save_for_backward(x)")
    source = source.replace("* ctx.x", "* ctx.saved_tensors[0]")
    with pytest.raises(RuntimeError, match=MODIFIED):
        exec(source, {})


def test_silent_checkpoint_reads_the_weight_as_it_is_by_then(output):
    lines = output(f"{TOPIC}/checkpoint_recomputes").splitlines()
    assert lines[0].startswith("y = tensor([[3.]]")
    assert lines[1] == "x.grad = tensor([[10.]])"
    for reentrant in (True, False):
        x, w = leaf(2.0), leaf(3.0)
        y = checkpoint(lambda x, w: x * w, x, w, use_reentrant=reentrant)
        with torch.no_grad():
            w.fill_(10)
        with pytest.raises(RuntimeError, match=MODIFIED):
            y.backward()
        y = checkpoint(lambda x, w=w: x * w, x, use_reentrant=reentrant)
        with torch.no_grad():
            w.fill_(20)
        assert (
            torch.autograd.grad(y, x, retain_graph=True)[0] == 20
            if (not reentrant)
            else True
        )


@pytest.mark.parametrize(
    ("arguments", "options", "checked"),
    [
        (lambda w: [w], lambda w: {}, True),
        (lambda w: [[w]], lambda w: {}, False),
        (lambda w: [], lambda w: {"w": w}, False),
    ],
    ids=["positional", "list", "keyword"],
)
def test_silent_checkpoint_checks_what_is_given_as_a_positional_argument(
    arguments, options, checked
):
    def multiply(x, w):
        return x * (w[0] if isinstance(w, list) else w)

    x, w = leaf(1.0), leaf(3.0)
    y = checkpoint(multiply, x, *arguments(w), use_reentrant=False, **options(w))
    with torch.no_grad():
        w.mul_(10)
    with (
        pytest.raises(RuntimeError, match=MODIFIED)
        if checked
        else contextlib.nullcontext()
    ):
        y.backward()
    assert checked or x.grad == 30


OWN = torch.Generator()
DRAWS = {
    "default": (lambda: torch.rand(20), True),
    "own": (lambda: torch.rand(20, generator=OWN), False),
    "numpy": (lambda: torch.from_numpy(np.random.rand(20)).float(), False),
    "random": (lambda: torch.tensor([random.random() for _ in range(20)]), False),
}


@pytest.mark.parametrize("name", DRAWS)
def test_silent_checkpoint_restores_the_default_generators_only(name):
    draw, restored = DRAWS[name]
    w = torch.ones(20, requires_grad=True)
    y = checkpoint(lambda w: w * draw(), w, use_reentrant=False)
    y.sum().backward()
    assert torch.equal(y, w.grad) == restored
    w.grad, drawn = None, draw()  # beforehand, and passed as an argument
    y = checkpoint(lambda w, drawn: w * drawn, w, drawn, use_reentrant=False)
    y.sum().backward()
    assert torch.equal(y, w.grad)


def test_silent_checkpoint_draws_random_numbers_again(output):
    assert output(f"{TOPIC}/checkpoint_with_other_mask").splitlines() == [
        "preserve = True, torch.equal(y, w.grad) = True",
        "preserve = False, torch.equal(y, w.grad) = False",
    ]
    w = torch.ones(8, requires_grad=True)
    y = nn.functional.dropout(w)
    y.sum().backward()
    assert torch.equal(y, w.grad)  # without checkpoint


def test_silent_kron_notices_no_counted_write(output):
    assert output(f"{TOPIC}/kron").splitlines() == [
        "a._version = 1",
        "w.grad = tensor([10.])",
    ]
    for shapes in (((2, 2), (2, 2)), ((3,), (2, 2)), ((), (2,)), ((2, 3, 2), (2,))):
        for written in (0, 1):
            both = [torch.rand(shape) for shape in shapes]
            both[1 - written].requires_grad_()
            y = torch.kron(*both).sum()
            both[written].mul_(5)
            assert both[written]._version == 1
            y.backward()
            assert torch.allclose(both[1 - written].grad, both[written].sum())
    w, a = leaf(3.0), torch.tensor([2.0], dtype=torch.float64)
    y = torch.kron(a.clone(), w)
    a.mul_(5)
    y.backward()
    assert w.grad.item() == 2


def test_silent_save_on_cpu_makes_no_copy_on_the_cpu():
    t, w = torch.tensor([2.0]), torch.tensor([3.0], requires_grad=True)
    with graph.save_on_cpu():
        y = w * t
    assert y.grad_fn._saved_other.data_ptr() == t.data_ptr()


# Not saved


@pytest.mark.parametrize("number", [3, 3.0, True])
def test_silent_a_multiplication_by_a_number_saves_neither_side(number):
    kept = []
    w = leaf(2.0)
    with graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        y = w * number
    places = {t.data_ptr() for t in kept}
    assert places.isdisjoint({w.data_ptr(), y.data_ptr()})


def test_silent_an_unrecorded_write_is_passed_over_by_the_gradient(output):
    lines = output(f"{TOPIC}/unrecorded_write").splitlines()
    assert lines[0] == lines[2]  # the same y
    assert lines[1::2] == ["w.grad = tensor([6.])", "w.grad = tensor([0.])"]

    def capped(w):
        h = w * 3
        h.detach().clamp_(max=1.0)
        return h * h

    with pytest.raises(GradcheckError):
        torch.autograd.gradcheck(capped, leaf(2.0))

    def under_no_grad(w):
        h = w * 3
        with torch.no_grad():
            h.clamp_(max=1.0)
        return h * h

    with pytest.raises(GradcheckError):
        torch.autograd.gradcheck(under_no_grad, leaf(2.0))


@pytest.mark.parametrize(
    ("split", "right"),
    [
        (lambda h: h.tensor_split(2), True),
        (lambda h: h.unsafe_chunk(2), False),
        (lambda h: h.unsafe_split(1), False),
    ],
)
def test_silent_a_write_to_an_unsafe_part_does_not_reach_the_source(split, right):
    def written(w):
        h = w * 1
        split(h)[0].mul_(5)
        return h

    w = leaf(1.0, 2.0)
    assert written(w).tolist() == [5, 2]
    if right:
        assert torch.autograd.gradcheck(written, w)
    else:
        with pytest.raises(GradcheckError):
            torch.autograd.gradcheck(written, w)
        assert split(torch.ones(2))[0]._base is None


def test_silent_the_unsafe_parts_are_shown(output):
    lines = output(f"{TOPIC}/unsafe_split").splitlines()
    assert lines[1] == "tensor_split: w.grad = tensor([5., 1.])"
    assert lines[3] == "unsafe_chunk: w.grad = tensor([1., 1.])"
    assert "[5., 2.]" in lines[0] and "[5., 2.]" in lines[2]


def test_silent_mark_dirty_gives_the_input_its_gradient(output):
    dirty = output(f"{TOPIC}/marked_dirty").splitlines()
    clean = output(f"{TOPIC}/not_marked_dirty").splitlines()
    assert clean[0] == dirty[0]
    assert dirty[1] == "w.grad = tensor([16.])"  # (2 * w) ** 2 at 2
    assert clean[1] == "w.grad = tensor([12.])"


def test_silent_a_place_given_twice_has_both_gradients(output):
    text = output(f"{TOPIC}/one_place_twice").splitlines()
    assert len(text) == 5
    for line in text:
        value = float(re.search(r"item\(\) = ([\d.]+)", line).group(1))
        assert "gradient = tensor([1., 1.])" in line
        # one source was lost, so the two gradients cannot both be 1
        assert value == (10 if "scatter_add" in line else 5)
    documented = " ".join(torch.Tensor.scatter_.__doc__.split())
    assert "the gradient will be incorrect" in documented


def test_silent_an_overlapping_view_is_written_twice_and_counted_once(output):
    value, gradient = re.findall(
        r"tensor\(\[(.+?)\]", output(f"{TOPIC}/overlapping_view")
    )
    h = [float(v) for v in value.split(",")]
    assert h == [1 * 2, 2 * 2 * 2, 3 * 2]
    assert [float(v) for v in gradient.split(",")] == [2, 2, 2]  # right: 2, 4, 2


def test_silent_the_second_derivative_lacks_a_part(output):
    lines = output(f"{TOPIC}/second_derivative").splitlines()
    found = [re.findall(r"= ([\d.]+)", line) for line in lines]
    assert found[1] == ["27.0", "18.0"]  # w ** 3 at 3: 3 w ** 2, 6 w
    assert found[0][0] == "27.0" and found[0][1] != "18.0"
    square = parts("second_derivative", "Square")
    w = leaf(3.0)
    assert not square.apply(w).grad_fn.slope.requires_grad
    assert torch.autograd.gradcheck(square.apply, w)
    with pytest.raises(GradcheckError):
        torch.autograd.gradgradcheck(square.apply, w)

    class Exp(torch.autograd.Function):  # saves what it returns
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.saved_tensors[0]

    assert torch.autograd.gradgradcheck(Exp.apply, w)


def test_silent_once_differentiable_raises_under_backward_only(output):
    text = output(f"{TOPIC}/once_differentiable")
    second = float(re.search(r"second = tensor\(\[([\d.]+)", text).group(1))
    assert second != 18  # w ** 3 at 3 has the second derivative 6 w
    assert "marked with @once_differentiable" in text
    square = parts("once_differentiable", "Square").apply
    w = leaf(3.0)  # with no other path to w, autograd.grad says that there is none
    (first,) = torch.autograd.grad(square(w) ** 2, w, create_graph=True)
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        torch.autograd.grad(first, w)


# Shared


def test_silent_a_hook_in_place_reaches_the_other_branch(output):
    wrong, right = output(f"{TOPIC}/gradient_written_in_place").splitlines()
    assert wrong.endswith("= (100.0, 100.0)")
    assert right.endswith("= (1.0, 100.0)")


def test_silent_it_depends_on_the_order_of_the_branches():
    found = []
    for first in ("left", "right"):
        a, b = leaf(1.0), leaf(1.0)
        if first == "left":
            left, right = a * 1, b * 1
        else:
            right, left = b * 1, a * 1
        right.register_hook(lambda grad: grad.mul_(100))
        (left + right).backward()
        found.append(a.grad.item())
    assert found == [100, 1]


def test_silent_a_gradient_reversed_in_place_is_reversed_for_all(output):
    text = output(f"{TOPIC}/reversed_in_place").splitlines()
    assert text[0] == "Reverse: a.grad = tensor([-1.]), b.grad = tensor([-1.])"
    assert text[1] == "ReverseCopy: a.grad = tensor([1.]), b.grad = tensor([-1.])"


def test_silent_autograd_grad_hands_out_one_tensor_twice(output):
    assert output(f"{TOPIC}/one_gradient_twice").splitlines() == [
        "of_a is of_b = True",
        "of_b = tensor([0.1000])",
    ]
    a, b = leaf(1.0), leaf(1.0)
    (a + b).backward()
    assert a.grad.data_ptr() != b.grad.data_ptr()


@pytest.mark.parametrize(
    ("add", "shared"),
    [
        (lambda a, b: a.t() + b.t(), True),
        (lambda a, b: a.view(4) + b.view(4), True),
        (lambda a, b: a[None] + b[None], True),
        (lambda a, b: a.flatten() + b.flatten(), True),
        (lambda a, b: a.clone().t() + b.t(), True),
        (lambda a, b: a + b, False),
        (lambda a, b: a.t() + b, False),
        (lambda a, b: (a + b).t(), False),
    ],
)
def test_silent_the_grads_of_two_leaves_may_be_one_memory(add, shared):
    def leaves():
        return [torch.ones(2, 2, requires_grad=True) for _ in range(2)]

    a, b = leaves()
    add(a, b).square().sum().backward()
    assert (a.grad.data_ptr() == b.grad.data_ptr()) == shared
    norm = torch.cat([a.grad, b.grad]).norm().item()
    nn.utils.clip_grad_norm_([a, b], norm / 2)
    clipped = torch.cat([a.grad, b.grad]).norm().item() / norm
    assert clipped == pytest.approx(0.25 if shared else 0.5, rel=1e-4)
    for zeros in (False, True):
        a, b = leaves()
        if zeros:
            a.grad, b.grad = torch.zeros(2, 2), torch.zeros(2, 2)
        for _ in range(2):
            add(a, b).square().sum().backward()
        right = torch.full((2, 2), 8.0)
        assert torch.equal(a.grad, right) == (zeros or not shared)
        torch.optim.SGD([a, b]).zero_grad(set_to_none=not zeros)
        for _ in range(2):
            add(a, b).square().sum().backward()
        assert torch.equal(a.grad, right) == (zeros or not shared)


def test_silent_the_page_shows_two_leaves_with_one_grad(output):
    lines = output(f"{TOPIC}/one_grad_for_two_leaves").splitlines()
    assert [line.split(" = ")[-1] for line in lines] == [
        "tensor([[12., 12.]])",
        "tensor([[8., 8.]])",
    ]


def test_silent_a_kept_grad_is_added_to(output):
    text = output(f"{TOPIC}/kept_gradient")
    assert text.strip() == "kept = tensor([7.]), copied = tensor([3.])"


def test_silent_autocast_keeps_converted_weights_until_the_block_ends(output):
    round_all, round_each = output(f"{TOPIC}/cached_weights").splitlines()
    assert round_all.endswith("= [1.0, 1.0, 1.0]")
    assert round_each.endswith("= [1.0, 0.75, 0.5]")

    layer, x = nn.Linear(1, 1, bias=False), torch.ones(1, 1)
    for cached in (True, False):
        nn.init.ones_(layer.weight)
        with torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=cached):
            layer(x)
            with torch.no_grad():
                layer.weight.fill_(5)
            assert layer(x).item() == (1 if cached else 5)


def test_silent_parametrize_cached_keeps_weights_until_the_block_ends(output):
    lines = output(f"{TOPIC}/cached_parametrization").splitlines()
    assert lines[0] == "first.item() = 2.0, second.item() = 2.0"
    assert lines[1].endswith("= 1.0")
    assert not parametrize._cache_enabled


def test_silent_an_optimizer_takes_over_the_tensors_of_a_loaded_state(output):
    before, after = re.findall(r"= tensor\(\[(.+?)\]", output(f"{TOPIC}/loaded_state"))
    before, after = float(before), float(after)
    assert before == pytest.approx(0.1) and after == pytest.approx(0.19)
    layer = nn.Linear(1, 1)
    state = copy.deepcopy(layer.state_dict())
    layer.load_state_dict(state)
    assert layer.weight.data_ptr() != state["weight"].data_ptr()
    layer.load_state_dict(state, assign=True)
    assert layer.weight.data_ptr() == state["weight"].data_ptr()


def test_silent_from_dlpack_writes_to_a_read_only_array(output):
    text = output(f"{TOPIC}/read_only_array")
    assert "array([5., 1.]" in text and "flags.writeable = False" in text
    array = np.ones(1)
    array.flags.writeable = False
    torch.set_warn_always(True)  # once per process is what it does by itself
    with pytest.warns(UserWarning, match="not writable"):
        torch.from_numpy(array)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.from_dlpack(array)
    copied = torch.tensor(array)
    copied[0] = 5
    assert array[0] == 1


@pytest.mark.filterwarnings("ignore")
def test_silent_anomaly_mode_names_the_operation_that_made_a_nan():
    w = leaf(0.0)
    with (
        torch.autograd.detect_anomaly(check_nan=True),
        pytest.raises(RuntimeError, match="SqrtBackward0' returned nan"),
    ):
        (w.sqrt() * 0).backward()
    with (  # a NaN of the forward pass: not the logarithm is named
        torch.autograd.detect_anomaly(check_nan=True),
        pytest.raises(RuntimeError, match="MulBackward0' returned nan"),
    ):
        (w * torch.tensor([-1.0]).log()).backward()
