"""The statements of the page on inference tensors, each decided by a run."""

import copy
import warnings

import pytest
import torch
from torch import nn

from tests.claims.modes import copied, modules, operations, shares, tensors
from tests.conftest import values

NOT_SAVED = "Inference tensors cannot be saved for backward"
NOT_WRITTEN = "Inplace update to inference tensor outside InferenceMode"
NO_GRAD = "Setting requires_grad=True on inference tensor outside InferenceMode"


def rows(name):
    return values(f"inference_tensors/{name}")["rows"]


def inference_tensor():
    with torch.inference_mode():
        return torch.ones(3)


def leaf():
    return torch.ones(3, requires_grad=True)


def failure(call):
    """What a call raises, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except RuntimeError as error:
        return str(error)
    return ""


def test_modes_an_inference_tensor_remains_one_outside(output):
    """Leaving the block does not turn it into a normal tensor; clone() does."""
    t = inference_tensor()
    assert t.is_inference() and not t.requires_grad
    assert not t.clone().is_inference()
    assert output("inference_tensors/stays_one_outside").splitlines() == [
        "t.is_inference() = True, u.is_inference() = False",
        "t.requires_grad = False, u.requires_grad = False",
        "normal.is_inference() = False",
    ]


def test_modes_an_inference_tensor_has_no_version_counter(output):
    """Reading _version raises."""
    with pytest.raises(RuntimeError, match="do not track version counter"):
        inference_tensor()._version  # noqa: B018
    with torch.no_grad():
        assert torch.ones(3)._version == 0
    assert "do not track version counter" in (
        output("inference_tensors/no_version_counter")
    )


def test_modes_inference_mode_keeps_no_base_of_views():
    """A view knows its base under no_grad, and not in inference mode."""
    for mode, known in ((torch.no_grad, True), (torch.inference_mode, False)):
        with mode():
            t = torch.ones(4)
            assert (t.view(2, 2)._base is t) == known


def test_modes_the_table_of_differences_has_one_thing_in_common():
    """Neither records; all the rest works for no_grad only."""
    no_grad, inference = rows("what_it_adds")
    assert no_grad.pop("context") == "torch.no_grad()"
    assert inference.pop("context") == "torch.inference_mode()"
    assert no_grad.pop("recorded") is inference.pop("recorded") is False
    assert all(no_grad.values()) and not any(inference.values())


def test_modes_an_inference_tensor_cannot_be_saved_for_backward(output):
    """The forward pass raises, before backward; clone() and no_grad repair it."""
    head = nn.Linear(3, 1)
    t = inference_tensor()
    with pytest.raises(RuntimeError, match=NOT_SAVED):
        head(t)
    with pytest.raises(RuntimeError, match=NOT_SAVED):
        leaf() * t
    head(t.clone()).sum().backward()
    assert head.weight.grad is not None
    text = output("inference_tensors/saved_for_backward")
    assert NOT_SAVED in text and "# raises RuntimeError" in text
    assert output("inference_tensors/clone_for_backward").strip().endswith("True")


def test_modes_an_inference_tensor_is_written_to_inside_only(output):
    """Outside it raises, under no_grad too."""
    t = inference_tensor()
    with torch.inference_mode():
        t.add_(1)
    with pytest.raises(RuntimeError, match=NOT_WRITTEN):
        t.add_(1)
    with torch.no_grad(), pytest.raises(RuntimeError, match=NOT_WRITTEN):
        t.add_(1)
    t = t.clone()
    t.add_(1)
    assert NOT_WRITTEN in output("inference_tensors/written_in_place")


def test_modes_an_inference_tensor_cannot_require_grad(output):
    """requires_grad_() and nn.Parameter raise the same; of a clone they work."""
    t = inference_tensor()
    for attempt in (nn.Parameter, torch.Tensor.requires_grad_):
        with pytest.raises(RuntimeError, match=NO_GRAD):
            attempt(t)
        assert attempt(t.clone()).requires_grad
    assert NO_GRAD in output("inference_tensors/set_to_require_grad")


def test_modes_results_in_new_memory_are_normal_tensors():
    """Not clone() alone: any result that shares no memory with t."""
    t, w = inference_tensor(), leaf()
    for y in (t + 1, t * 2, t.clone(), t.double(), copy.deepcopy(t), w + t):
        assert not y.is_inference()
    (w * (t + 1)).sum().backward()
    assert torch.equal(w.grad, torch.full((3,), 2.0))


def test_modes_results_that_share_memory_are_inference_tensors():
    """detach(), views and a float() that converts nothing repair nothing."""
    t = inference_tensor()
    for y in (t.detach(), t.view(-1), t[0], t.float(), t.data):
        assert y.is_inference() and y.data_ptr() == t.data_ptr()


def test_modes_a_shallow_copy_is_a_normal_tensor_on_the_same_memory():
    """copy.copy raises no more, and a write to it changes the source."""
    t = inference_tensor()
    c = copy.copy(t)
    assert not c.is_inference() and c.data_ptr() == t.data_ptr()
    c.add_(1)
    assert torch.equal(t, torch.full((3,), 2.0))


def test_modes_the_exception_comes_after_the_write():
    """add_() raises, and the values have changed."""
    t = inference_tensor()
    with pytest.raises(RuntimeError, match=NOT_WRITTEN):
        t.add_(1)
    assert torch.equal(t, torch.full((3,), 2.0))


def test_modes_a_write_through_data_is_not_refused():
    """The check is got around, not satisfied."""
    t = inference_tensor()
    t.data.add_(1)
    assert torch.equal(t, torch.full((3,), 2.0)) and t.is_inference()


def test_modes_the_table_of_expressions_agrees():
    """Three raise; the others are inference tensors where they share memory."""
    table = rows("what_is_allowed")
    raising = {row["expression"] for row in table if row["error"]}
    assert raising == {"w * t", "t.add_(1)", "t.requires_grad_()"}
    allowed = [row for row in table if not row["error"]]
    assert {row["is_inference"] for row in allowed} == {True, False}
    normal = {"copy.copy(t)", "torch.from_numpy(t.numpy())", "torch.from_dlpack(t)"}
    normal.add("t.view(torch.int32)")
    for row in allowed:
        expected = row["shares"] and row["expression"] not in normal
        assert row["is_inference"] == expected


def test_modes_a_clone_made_inside_is_an_inference_tensor(output):
    """clone() has to be called outside."""
    t = inference_tensor()
    with torch.inference_mode():
        assert t.clone().is_inference()
    lines = output("inference_tensors/clone_outside").splitlines()
    assert lines[:2] == [
        "inside.is_inference() = True",
        "outside.is_inference() = False",
    ]


def test_modes_normal_tensors_stay_normal_inside(output):
    """Views of them too; a write inside is counted, and backward notices it."""
    y = leaf().exp()
    with torch.inference_mode():
        for view in (y.view(-1), y.detach(), y[0]):
            assert not view.is_inference()
        y.detach().mul_(10)
    assert y._version == 1 and not y.is_inference()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
    text = output("inference_tensors/normal_tensors_inside", "inside")
    assert text.splitlines() == ["v.is_inference() = False", "y._version = 1"]


def test_modes_a_model_built_inside_gets_no_gradient_in_its_weight(output):
    """requires_grad is True, nothing raises, and weight.grad stays None."""
    with torch.inference_mode():
        layer = nn.Linear(3, 1)
    assert layer.weight.requires_grad
    layer(torch.ones(2, 3)).mean().backward()
    assert layer.weight.grad is None and layer.bias.grad is not None
    assert "layer.weight.grad = None" in (
        output("inference_tensors/model_made_inside").splitlines()
    )


def test_modes_backward_inside_leaves_an_inference_tensor_in_grad(output):
    """The next backward raises when it adds to it."""
    w = leaf()
    loss = (w * w).sum()
    with torch.inference_mode():
        loss.backward()
    assert w.grad.is_inference()
    with pytest.raises(RuntimeError, match=NOT_WRITTEN):
        (w * w).sum().backward()
    assert NOT_WRITTEN in output("inference_tensors/backward_inside")


def test_modes_the_state_of_an_optimizer_is_made_in_its_first_step(output):
    """A first step() inside makes the next one outside raise."""
    w = nn.Parameter(torch.ones(3))
    optimizer = torch.optim.Adam([w])
    w.sum().backward()
    assert not optimizer.state[w]
    with torch.inference_mode():
        optimizer.step()
    assert optimizer.state[w]["exp_avg"].is_inference()
    with pytest.raises(RuntimeError, match=NOT_WRITTEN):
        optimizer.step()
    assert NOT_WRITTEN in output("inference_tensors/optimizer_state_made_inside")


def test_modes_inference_mode_leaves_layers_in_training_mode():
    """Neither context calls eval()."""
    layer = nn.Dropout()
    with torch.inference_mode():
        assert layer.training and (layer(torch.ones(100)) == 0).any()


# Counterexamples, and all that torch tests itself with.


ALIASES = {  # normal tensors on the memory of an inference tensor
    "copy.copy": copy.copy,
    "from_numpy": lambda t: torch.from_numpy(t.numpy()),
    "from_dlpack": torch.from_dlpack,
    "view(int32)": lambda t: t.view(torch.int32),
    "view(float16)": lambda t: t.view(torch.float16),
    "set_": lambda t: torch.empty(0).set_(t),
}
NORMAL_INSIDE = {
    "view": lambda x: x.view(-1),
    "index": lambda x: x[0],
    "detach": lambda x: x.detach(),
    "data": lambda x: x.data,
    "expand": lambda x: x.expand(2, 3),
    "as_strided": lambda x: x.as_strided((2,), (1,)),
    "contiguous": lambda x: x.contiguous(),
    "add_": lambda x: x.add_(1),
    "out=": lambda x: torch.add(x, 1, out=x),
}


def test_modes_results_in_new_memory_are_normal_and_views_are_not():
    """Over op_db, with inference tensors given to operations outside."""
    seen, normal_views, inference_results = 0, set(), set()
    for name, op, args, kwargs in operations():
        with torch.inference_mode():
            args, kwargs = copied((args, kwargs))
        results = []

        def run(op=op, args=args, kwargs=kwargs, results=results):
            results += tensors(op.op(*args, **kwargs))

        raised = failure(run)  # such as normal_(), which writes
        assert raised == "" or NOT_WRITTEN in raised, name
        for y in results:
            if y.layout == torch.strided and y.numel():
                seen += 1
                if shares(y, tensors((args, kwargs))):
                    normal_views |= set() if y.is_inference() else {name}
                else:
                    inference_results |= {name} if y.is_inference() else set()
    assert seen > 1000
    assert (normal_views, inference_results) == (set(), set())


def test_modes_what_is_made_inside_is_an_inference_tensor_unless_it_is_a_view():
    """Over op_db, with normal tensors given to operations inside."""
    seen, inference_views, normal_results = 0, set(), set()
    for name, op, args, kwargs in operations():
        args, kwargs = copied((args, kwargs))
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = tensors(op.op(*args, **kwargs))
        for y in results:
            if y.layout == torch.strided and y.numel():
                seen += 1
                if shares(y, tensors((args, kwargs))):
                    inference_views |= {name} if y.is_inference() else set()
                else:
                    normal_results |= set() if y.is_inference() else {name}
    assert seen > 1000
    assert (inference_views, normal_results) == (set(), set())


def test_modes_in_place_operations_on_inference_tensors_raise_or_write_nothing():
    """Over op_db: each in-place variant that succeeds in normal memory."""
    written, raising = set(), set()
    for name, op, args, kwargs in operations():
        write = op.get_inplace()
        if write is None or not isinstance(args[0], torch.Tensor):
            continue
        normal, named = copied((args, kwargs))
        if failure(lambda w=write, n=normal, k=named: w(*n, **k)):
            continue  # this sample has no in-place form
        with torch.inference_mode():
            given, named = copied((args, kwargs))
        before = given[0].clone()
        raised = failure(lambda w=write, n=given, k=named: w(*n, **k))
        assert raised == "" or NOT_WRITTEN in raised, name
        if raised:  # after the kernel has run: the values may have changed
            raising.add(name)
            continue
        after = given[0].clone()
        if after.shape != before.shape or not torch.equal(
            after.nan_to_num(), before.nan_to_num()
        ):
            written.add(name)
    assert len(raising) > 120
    assert written <= {"nn.functional.dropout", "nn.functional.dropout2d"}


UNCHECKED = {
    "apply_": lambda t: t.apply_(lambda value: value + 1),
    "map_": lambda t: t.map_(torch.ones(3), lambda a, b: a + b),
    "data": lambda t: t.data.add_(1),
    "detach": lambda t: t.detach().add_(1),
    "numpy": lambda t: t.numpy().__setitem__(0, 5),
    "storage": lambda t: t.untyped_storage().fill_(0),
    "fused": lambda t: torch._fused_sgd_(
        [t],
        [torch.ones(3)],
        [],
        weight_decay=0.0,
        momentum=0.0,
        lr=0.1,
        dampening=0.0,
        nesterov=False,
        maximize=False,
        is_first_step=True,
    ),
    "batch norm": lambda t: nn.functional.batch_norm(
        torch.randn(2, 3), t, torch.ones(3), training=True
    ),
}
CHECKED = {
    "add_": lambda t: t.add_(1),
    "index": lambda t: t.__setitem__(0, 5.0),
    "copy_": lambda t: t.copy_(torch.zeros(3)),
    "zero_": lambda t: t.zero_(),
    "out=": lambda t: torch.add(torch.ones(3), 1, out=t),
    "foreach": lambda t: torch._foreach_add_([t], 1),
    "init": nn.init.zeros_,
    "resize_": lambda t: t.resize_(2),
    "set_": lambda t: t.set_(torch.ones(3)),
    "t_": lambda t: t.t_(),
    "view": lambda t: t.view(-1).add_(1),
}


@pytest.mark.parametrize("name", UNCHECKED)
def test_modes_writes_that_no_counter_sees_are_not_refused(name):
    t = inference_tensor()
    UNCHECKED[name](t)
    assert not torch.equal(t, torch.ones(3)) and t.is_inference()


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize("mode", [torch.no_grad, torch.enable_grad])
def test_modes_writes_that_a_counter_would_see_raise(name, mode):
    t = inference_tensor()
    with mode(), pytest.raises(RuntimeError, match=NOT_WRITTEN):
        CHECKED[name](t)
    with torch.inference_mode():
        CHECKED[name](t)


@pytest.mark.parametrize("name", ALIASES)
def test_modes_some_aliases_are_normal_tensors_and_repair_nothing(name):
    t = inference_tensor()
    with torch.inference_mode():
        t = torch.ones(4)
    c = ALIASES[name](t)
    assert not c.is_inference() and c.data_ptr() == t.data_ptr()
    c.add_(1)
    assert not torch.equal(t, torch.ones(4))


@pytest.mark.parametrize(
    "save",
    [
        lambda w, t: w * t,
        lambda w, t: torch.kron(w, t),
        lambda w, t: w @ t,
        lambda w, t: torch.utils.checkpoint.checkpoint(
            torch.mul, w, t, use_reentrant=False
        ),
        lambda w, t: torch.func.grad(lambda x: (x * t).sum())(w),
        lambda w, t: torch.compile(torch.mul, backend="eager")(w, t),
        lambda w, t: w * t.detach(),
        lambda w, t: w * t.data,
        lambda w, t: w * t.view(-1),
    ],
)
def test_modes_no_way_round_saves_an_inference_tensor(save):
    with pytest.raises(RuntimeError, match=NOT_SAVED):
        save(leaf(), inference_tensor())
    assert save(leaf(), inference_tensor().clone()) is not None


@pytest.mark.parametrize("combine", [torch.add, torch.sub])
def test_modes_additions_record_with_inference_tensors(combine):
    for t in (inference_tensor(), inference_tensor()[0]):
        combine(leaf(), t).sum().backward()


@pytest.mark.parametrize("name", NORMAL_INSIDE)
@pytest.mark.parametrize("flag", [True, False])
def test_modes_views_and_in_place_results_of_normal_tensors_are_normal(name, flag):
    x = torch.ones(3, requires_grad=True) * 1 if flag else torch.ones(3)
    with torch.inference_mode():
        y = NORMAL_INSIDE[name](x)
    assert not y.is_inference() and y.data_ptr() == x.data_ptr()


@pytest.mark.parametrize(
    "name", ["copy.copy", "from_numpy", "from_dlpack", "set_", "view(int32)"]
)
def test_modes_other_aliases_made_inside_are_inference_tensors(name):
    """Neither views nor in-place results: the page does not count them in."""
    x = torch.ones(4)
    with torch.inference_mode():
        assert ALIASES[name](x).is_inference()


def test_modes_requiring_grad_inside_does_not_raise():
    with torch.inference_mode():
        t = torch.ones(3).requires_grad_()
        assert nn.Parameter(torch.ones(3)).requires_grad
    assert t.is_inference() and t.requires_grad


def tried_training(layer, args, kwargs):
    """Where a step of training raises, and which parameters have a gradient."""
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    raises = "forward"
    try:
        results = [y for y in tensors(layer(*args, **kwargs)) if y.is_floating_point()]
        raises = "backward()"
        sum(y.sum() for y in results).backward()
        raises = "step()"
        optimizer.step()
        raises = None
    except RuntimeError:
        pass
    return raises, [p.grad is not None for p in layer.parameters()]


def test_modes_no_module_made_inside_can_be_trained_outside():
    """Over module_db: one that has parameters raises in one of three places."""
    places = {}
    for name, make, args, kwargs in modules(torch.float32, True):
        with torch.inference_mode():
            layer = make()
        if any(True for _ in layer.parameters()):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                places.setdefault(name, set()).add(
                    tried_training(layer, args, kwargs)[0]
                )
    assert len(places) > 30
    assert {place for some in places.values() for place in some} == {
        "forward",
        "backward()",
        "step()",
    }


def test_modes_the_table_of_layers_made_inside_agrees():
    table = {row["layer"]: row for row in rows("layers_made_inside")}
    raises = {
        code.split(".")[2].split("(")[0]: r["raises"] for code, r in table.items()
    }
    assert raises == {
        "Linear": "step()",
        "Conv1d": "forward",
        "LayerNorm": "forward",
        "BatchNorm1d": "forward",
        "GRUCell": "step()",
        "RMSNorm": "step()",
    }
    linear = table["torch.nn.Linear(4, 4)"]
    assert (linear["parameters"], linear["gradients"]) == (2, 1)


def test_modes_a_fused_step_trains_on_without_the_weight():
    """No exception; the bias moves, the weight stays."""
    with torch.inference_mode():
        layer = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, fused=True)
    weight, bias = layer.weight.clone(), layer.bias.clone()
    layer(torch.ones(2, 3)).mean().backward()
    optimizer.step()
    assert torch.equal(layer.weight, weight) and not torch.equal(layer.bias, bias)


CONVERSIONS = {
    "double": lambda m: m.double(),
    "half": lambda m: m.half(),
    "bfloat16": lambda m: m.bfloat16(),
    "to": lambda m: m.to(torch.float64),
    "there and back": lambda m: m.double().float(),
}


@pytest.mark.parametrize("name", CONVERSIONS)
@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad])
def test_modes_a_converted_parameter_hides_that_it_has_no_counter(name, mode):
    """Its first forward raises, under no_grad and frozen too."""
    with torch.inference_mode():
        layer = nn.Linear(3, 1)
    layer = CONVERSIONS[name](layer).requires_grad_(mode is torch.enable_grad)
    assert not layer.weight.is_inference()
    with pytest.raises(RuntimeError, match="do not track version counter"):
        layer.weight._version  # noqa: B018
    x = torch.ones(2, 3, dtype=layer.weight.dtype)
    with mode(), pytest.raises(RuntimeError, match="do not track version counter"):
        layer(x)


def loaded_outside(layer):
    other = nn.Linear(3, 1)
    other.load_state_dict(layer.state_dict())
    return other


@pytest.mark.parametrize("repair", [copy.deepcopy, loaded_outside])
@pytest.mark.parametrize("convert", [lambda m: m, lambda m: m.double()])
def test_modes_deepcopy_and_load_state_dict_make_normal_parameters(repair, convert):
    with torch.inference_mode():
        layer = nn.Linear(3, 1)
    layer = repair(convert(layer))
    x = torch.ones(2, 3, dtype=layer.weight.dtype)
    layer(x).mean().backward()
    torch.optim.SGD(layer.parameters(), lr=0.1).step()
    assert layer.weight.grad is not None and layer.weight._version > 0


def test_modes_parameters_assigned_inside_are_inference_tensors():
    """assign=True: those of the file, read inside; without it, the model's own."""
    layer = nn.Linear(3, 1)
    with torch.inference_mode():
        state = {name: value.clone() for name, value in layer.state_dict().items()}
        layer.load_state_dict(state)
        assert not layer.weight.is_inference()
        layer.load_state_dict(state, assign=True)
    assert layer.weight.is_inference()


def test_modes_a_gradient_that_was_there_stays_normal():
    """Added to inside; zero_grad() removes one that was made inside."""
    w = leaf()
    w.grad = torch.zeros(3)
    loss = (w * w).sum()
    with torch.inference_mode():
        loss.backward()
    assert not w.grad.is_inference()
    w, optimizer = leaf(), None
    loss = (w * w).sum()
    with torch.inference_mode():
        loss.backward()
    optimizer = torch.optim.SGD([w], lr=0.1)
    with pytest.raises(RuntimeError, match=NOT_WRITTEN):
        optimizer.zero_grad(set_to_none=False)
    optimizer.zero_grad()
    (w * w).sum().backward()
    assert not w.grad.is_inference()


def test_modes_most_optimizers_make_their_state_in_the_first_step():
    """Over optim_db: not Adagrad, and SGD has none without momentum."""
    from torch.testing._internal.common_optimizers import optim_db

    before, fine = set(), set()
    for info in optim_db:
        for one in info.optim_inputs_func(device="cpu"):
            if set(one.kwargs) & {"capturable", "differentiable", "fused"}:
                continue
            w = nn.Parameter(torch.rand(4, 4))
            w.grad = torch.rand(4, 4)
            if info.only_supports_sparse_grads:
                w.grad = w.grad.to_sparse()
            optimizer = info.optim_cls([w], **one.kwargs)
            arguments = [lambda: torch.tensor(1.0)] * info.step_requires_closure
            if optimizer.state.get(w):
                before.add(info.name)
            with torch.inference_mode():
                optimizer.step(*arguments)
            raised = failure(lambda o=optimizer, a=arguments: o.step(*a))
            assert raised == "" or NOT_WRITTEN in raised
            fine |= set() if raised else {info.name}
            keeps = info.name != "Adagrad" and one.kwargs.get("momentum")
            assert raised or not keeps
    assert before == {"Adagrad"}
    assert fine == {"Adagrad", "SGD"}


def encoded(x):
    return nn.Linear(3, 4)(x)


@pytest.mark.parametrize(
    "own", [lambda x: encoded(x), lambda x: encoded(x).clone(), lambda x: x * 2]
)
def test_modes_results_of_no_grad_in_memory_of_their_own_may_be_written_to(own):
    """With plain values, and with values that require grad."""
    x, w = torch.ones(2, 3), torch.ones(1, requires_grad=True)
    with torch.no_grad():
        t = own(x)
    t.add_(1)
    t.mul_(w)
    t.sum().backward()
    assert w.grad is not None


@pytest.mark.parametrize(
    "part",
    [
        lambda x: encoded(x).chunk(2, dim=-1)[0],
        lambda x: encoded(x)[:, :2],
        lambda x: encoded(x).t(),
        lambda x: encoded(x).unbind(-1)[0],
    ],
)
def test_modes_views_made_under_no_grad_can_be_trained_on_and_not_written_to(
    part, output
):
    """What is written must not require grad."""
    x, w = torch.ones(2, 3), torch.ones(1, requires_grad=True)
    with torch.no_grad():
        t = part(x)
    t.add_(1)
    (t * w).sum().backward()
    assert w.grad is not None
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        t.mul_(w)
    with torch.no_grad():
        t = part(x).clone()
    t.mul_(w)
    text = output("inference_tensors/view_made_under_no_grad")
    assert "A view was created in no_grad mode" in text


SEVERAL = {
    "chunk": lambda t: t.chunk(2, dim=-1)[0],
    "split": lambda t: t.split(2, dim=-1)[0],
    "unbind": lambda t: t.unbind()[0],
    "slice": lambda t: t[:, :2],
}


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("recorded_base", [True, False])
def test_modes_several_views_at_a_time_refuse_the_write_outside_too(
    name, recorded_base
):
    """A slice taken outside does not; inside the block none refuses."""
    base = torch.ones(1, 4, requires_grad=recorded_base) * 1
    scale = torch.ones(1, requires_grad=True)
    part = SEVERAL[name](base)
    if name == "slice":
        part.mul_(scale)
        part.sum().backward()
        assert scale.grad is not None
    else:
        with pytest.raises(RuntimeError, match="multiple views"):
            part.mul_(scale)
    with torch.no_grad():
        SEVERAL[name](base).mul_(scale)


def test_modes_a_view_as_real_follows_its_source_and_view_of_a_dtype_does_not():
    """So it is `view(dtype)` that the page names, not each change of dtype."""
    x = torch.ones(2, dtype=torch.complex64)
    with torch.inference_mode():
        t = torch.ones(2, dtype=torch.complex64)
        assert not torch.view_as_real(x).is_inference()
        assert x.view(torch.float32).is_inference()
    assert torch.view_as_real(t).is_inference()
    assert not t.view(torch.float32).is_inference()


def test_modes_loading_with_assign_raises_or_hides_the_inference_tensors():
    with torch.inference_mode():
        layer, converted = nn.Linear(3, 1), nn.Linear(3, 1)
    with pytest.raises(RuntimeError, match="inference tensor outside InferenceMode"):
        nn.Linear(3, 1).load_state_dict(layer.state_dict(), assign=True)
    other = nn.Linear(3, 1)
    other.load_state_dict(converted.double().state_dict(), assign=True)
    with pytest.raises(RuntimeError, match="do not track version counter"):
        print(other.weight._version)
