"""The statements of the page on gradient modes, each decided by a run."""

import contextlib
import sys
import warnings

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

from tests.claims.modes import copied, modules, operations, shares, tensors
from tests.conftest import values

CONTEXTS = {
    "enable_grad": torch.enable_grad,
    "no_grad": torch.no_grad,
    "set_grad_enabled": lambda: torch.set_grad_enabled(False),
    "inference_mode": torch.inference_mode,
}
UNRECORDED = ["no_grad", "set_grad_enabled", "inference_mode"]


def computed(name, variable):
    """What a snippet of the page binds: the rows of a table."""
    return values(f"grad_modes/{name}")[variable]


def leaf(value=2.0):
    return torch.tensor(value, requires_grad=True)


def moved(call):
    """The switches that `call`, entered if it can be, turns from the default."""
    model = nn.Linear(3, 1)
    with torch.set_grad_enabled(True), contextlib.ExitStack() as stack:
        result = call(model)
        if hasattr(result, "__exit__"):
            stack.enter_context(result)
        return {
            name
            for name, on in {
                "grad mode": not torch.is_grad_enabled(),
                "inference mode": torch.is_inference_mode_enabled(),
                "requires_grad": not model.weight.requires_grad,
                "training": not model.training,
            }.items()
            if on
        }


def tried(context, training):
    """What a BatchNorm, a Linear and a Dropout do inside a context."""
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(4)
    model = nn.Sequential(norm, nn.Linear(4, 16), nn.Dropout()).train(training)
    saved = []
    with context(), saved_tensors_hooks(lambda t: saved.append(t), lambda t: t):
        y = model(torch.arange(32.0).reshape(8, 4))
    drops, moves = bool((y == 0).any()), bool(norm.running_mean.any())
    return y, len(saved), drops, moves


def test_modes_B02_is_grad_enabled_does_not_disable_anything():
    """Calling it stops no recording: the claim that it disables is false."""
    torch.is_grad_enabled()
    assert (leaf() * 2).requires_grad
    with torch.no_grad():
        torch.is_grad_enabled()
        assert not (leaf() * 2).requires_grad


def test_modes_B04_recording_can_be_off_for_a_part_of_a_computation():
    """Only what is computed inside the block is missing from the graph."""
    x, w = leaf(), leaf()
    with torch.no_grad():
        part = w * 2
    (x * part).backward()
    assert x.grad == 4.0 and w.grad is None


def test_modes_B05_is_grad_enabled_returns_a_bool(output):
    """It returns True or False: true."""
    assert torch.is_grad_enabled() is True
    with torch.no_grad():
        assert torch.is_grad_enabled() is False
    lines = output("grad_modes/asks_and_switches_nothing").splitlines()
    assert [line.split(" = ")[1] for line in lines] == [
        "True",
        "False",
        "True",
        "True",
    ]


def test_modes_B08_B17_a_grad_of_none_does_not_prove_that_recording_was_off(output):
    """z.grad is None, but before backward() so is x.grad, which was recorded."""
    forward = output("grad_modes/grad_is_no_mode", "forward")
    assert "x.grad = None, z.grad = None" in forward
    assert "y = tensor(4., grad_fn=<MulBackward0>)" in forward
    x = leaf()
    y = x * x
    assert x.grad is None and y.grad_fn is not None


def test_modes_B09_requires_grad_is_set_per_tensor():
    """Of two tensors one may require grad: true."""
    x, w = torch.ones(1), torch.ones(1, requires_grad=True)
    (x * w).sum().backward()
    assert x.grad is None and w.grad is not None


@pytest.mark.parametrize("name", UNRECORDED)
def test_modes_B10_nothing_is_recorded_inside_the_block_only(name):
    """no_grad() and its like act inside the block only: true."""
    w = leaf()
    with CONTEXTS[name]():
        y = w * 2
        assert not y.requires_grad and y.grad_fn is None
        assert w.requires_grad
    assert (w * 2).requires_grad


def test_modes_B16_the_result_inside_no_grad_prints_without_grad_fn(output):
    """z prints as tensor(5.): true."""
    assert "z = tensor(5.)\n" in output("grad_modes/grad_is_no_mode", "forward")


def test_modes_B18_recording_needs_requires_grad_and_the_grad_mode():
    """requires_grad=True makes x * x recorded only where the grad mode is on."""
    for flag in (True, False):
        for mode in (True, False):
            x = torch.tensor(2.0, requires_grad=flag)
            with torch.set_grad_enabled(mode):
                assert (x * x).requires_grad == (flag and mode)


def test_modes_B20_the_grad_of_y_is_that_of_y_with_respect_to_itself(output):
    """y.grad is 1, kept by retain_grad(), and not 4, which is x.grad."""
    assert output("grad_modes/grad_is_no_mode", "backward").splitlines() == [
        "x.grad = tensor(4.)",
        "y.grad = tensor(1.)",
        "z.grad = None",
    ]


def test_modes_B26_no_mode_changes_what_ordinary_layers_compute():
    """Bit for bit the same for these, up to rounding for those with two kernels."""
    torch.manual_seed(0)
    x = torch.randn(4, 6, 16)
    exact = [nn.Linear(16, 16), nn.LayerNorm(16), nn.Dropout(), nn.GELU()]
    two_kernels = [
        nn.LSTM(16, 16),
        nn.TransformerEncoderLayer(16, 2, 32, batch_first=True),
    ]

    def result(layer, name):
        torch.manual_seed(1)
        with CONTEXTS[name]():
            y = layer(x)
        return (y[0] if isinstance(y, tuple) else y).detach()

    for layer in exact + two_kernels:
        for training in (True, False):
            layer.train(training)
            y = result(layer, "enable_grad")
            for name in UNRECORDED:
                z = result(layer, name)
                assert torch.allclose(y, z, atol=1e-5)
                assert torch.equal(y, z) or layer in two_kernels


def test_modes_the_table_of_results_says_that_all_are_equal_up_to_rounding():
    """No row of the page's table is unequal beyond rounding."""
    rows = computed("do_results_change", "rows")
    assert all(row["close"] for row in rows)
    assert [row["layer"] for row in rows if not row["same_bits"]]
    assert {row["layer"] for row in rows if not row["same_bits"]} <= {
        "LSTM",
        "SelfAttention",
        "TransformerEncoderLayer",
    }


def test_modes_a_masked_encoder_gives_zeros_without_recording(output):
    """Positions that are masked out are skipped, in evaluation mode only."""
    assert output("grad_modes/padding_depends_on_the_mode").splitlines()[1:] == [
        "torch.allclose(y[:, :2], z[:, :2], atol=1e-5) = True",
        "(y[:, 2:] == 0).all().item() = False",
        "(z[:, 2:] == 0).all().item() = True",
    ]


def test_modes_train_and_eval_change_results():
    """With Dropout in the model the results differ."""
    recorded = CONTEXTS["enable_grad"]
    assert not torch.equal(tried(recorded, True)[0], tried(recorded, False)[0])


def test_modes_B28_B37_is_grad_enabled_moves_no_switch():
    """It does not control the state: that is false; the others each move one."""
    assert moved(lambda model: torch.is_grad_enabled()) == set()
    assert moved(lambda model: torch.no_grad()) == {"grad mode"}
    assert moved(lambda model: torch.set_grad_enabled(False)) == {"grad mode"}
    assert moved(lambda model: torch.inference_mode()) == {
        "grad mode",
        "inference mode",
    }
    assert moved(lambda model: model.requires_grad_(False)) == {"requires_grad"}
    assert moved(lambda model: model.eval()) == {"training"}


def test_modes_the_table_of_switches_shows_what_each_call_moves():
    """The page's table has four switches and the marks that the test finds."""
    rows = {row.pop("call"): row for row in computed("four_switches", "rows")}
    assert not any(rows["torch.is_grad_enabled()"].values())
    assert all(len(row) == 4 for row in rows.values())
    for call in ("no_grad()", "enable_grad()", "set_grad_enabled(False)"):
        row = rows[f"torch.{call}"]
        assert [name for name, moves in row.items() if moves] == ["grad_mode"]
    assert [n for n, m in rows["torch.inference_mode()"].items() if m] == [
        "grad_mode",
        "inference_mode",
    ]


def test_modes_B29_B30_B35_there_is_no_get_grad_mode(output):
    """torch.autograd.get_grad_mode does not exist, so it tells nothing."""
    assert not hasattr(torch.autograd, "get_grad_mode")
    assert "AttributeError" in output("grad_modes/no_such_function")


def test_modes_B31_the_contexts_switch_off_and_on_in_each_other():
    """no_grad() and enable_grad() switch inside a block, nested too: true."""
    w = leaf()
    with torch.no_grad():
        with torch.enable_grad():
            assert (w * 2).requires_grad
            with torch.no_grad():
                assert not (w * 2).requires_grad
        assert not (w * 2).requires_grad


def test_modes_B33_requires_grad_can_be_set_after_creation():
    """x.requires_grad = True works on a leaf: true."""
    x = torch.tensor(2.0)
    x.requires_grad = True
    assert (x * x).requires_grad
    with pytest.raises(RuntimeError, match="only change requires_grad flags of leaf"):
        (x * x).requires_grad_(False)


def test_modes_B12_set_grad_enabled_acts_at_the_call_and_no_grad_on_entering():
    """set_grad_enabled(False) stops what comes after it; no_grad() alone nothing."""
    y = leaf() * 2
    torch.no_grad()
    torch.inference_mode()
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
    torch.set_grad_enabled(False)
    assert not torch.is_grad_enabled() and not (leaf() * 2).requires_grad
    assert y.requires_grad
    torch.set_grad_enabled(True)
    with torch.set_grad_enabled(False):
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


def test_modes_enable_grad_does_not_bring_recording_back_in_inference_mode():
    """is_grad_enabled() says True, and nothing is recorded."""
    w = leaf()
    with torch.inference_mode():
        with torch.enable_grad():
            y = w * 2
            assert torch.is_grad_enabled()
            assert y.grad_fn is None and y.is_inference()
        with torch.inference_mode(False):
            assert (w * 2).grad_fn is not None


def test_modes_inference_mode_false_records_inside_no_grad():
    """inference_mode(False) turns the grad mode on, whatever it was."""
    w = leaf()
    with torch.no_grad():
        with torch.inference_mode(False):
            assert torch.is_grad_enabled() and (w * 2).requires_grad
        assert not torch.is_grad_enabled()


def test_modes_the_nesting_table_has_the_two_surprises():
    """The rows of the page that the text speaks of."""
    rows = {(r["outer"], r["inner"]): r for r in computed("nested", "rows")}
    row = rows["torch.inference_mode()", "torch.enable_grad()"]
    assert row["is_grad_enabled"] and not row["recorded"] and row["is_inference"]
    assert rows["torch.no_grad()", "torch.inference_mode(False)"]["recorded"]
    assert rows["torch.inference_mode()", "torch.inference_mode(False)"]["recorded"]


def test_modes_a_leaf_made_inside_no_grad_requires_grad():
    """requires_grad=True is obeyed whatever the grad mode."""
    with torch.no_grad():
        assert leaf().requires_grad
        assert nn.Linear(2, 1).weight.requires_grad


def test_modes_a_leaf_frozen_before_backward_receives_nothing():
    """requires_grad is read when the gradient is delivered, too."""
    x, w = leaf(), leaf(3.0)
    y = x * w
    w.requires_grad_(False)
    y.backward()
    assert w.grad is None and x.grad == 3.0


def test_modes_gradient_passes_through_frozen_parameters(output):
    """A frozen layer gets no gradient and lets it through; no_grad does not."""
    before, after = nn.Linear(3, 4), nn.Linear(4, 1).requires_grad_(False)
    after(before(torch.ones(2, 3))).mean().backward()
    assert after.weight.grad is None and before.weight.grad is not None
    with torch.no_grad():
        assert not after(before(torch.ones(2, 3))).requires_grad
    assert output("grad_modes/frozen_is_not_unrecorded", "unrecorded").strip() == (
        "loss.requires_grad = False"
    )


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize("training", [True, False])
def test_modes_layers_follow_train_and_eval_and_saving_follows_the_mode(name, training):
    """Dropout and BatchNorm obey training only; what is saved, the mode only."""
    y, saved, drops, moves = tried(CONTEXTS[name], training)
    assert drops == moves == training
    assert (saved > 0) == y.requires_grad == (name == "enable_grad")
    assert y.is_inference() == (name == "inference_mode")


def test_modes_the_table_of_modes_and_layers_agrees():
    """The page's table: mode and layers are independent."""
    rows = computed("modes_and_layers", "rows")
    assert len(rows) == 10
    for row in rows:
        training = row["layers"] == "train()"
        recorded = row["mode"] == "enable_grad()"
        assert row["drops"] == row["statistics_move"] == training
        assert row["saves"] == row["requires_grad"] == recorded
        assert row["is_inference"] == (row["mode"] == "inference_mode()")


def test_modes_the_choice_is_what_the_text_says():
    """is_grad_enabled() fits no purpose, inference_mode evaluation only."""
    choice = {row.pop("setup"): row for row in computed("choose", "choice")}
    assert not any(choice["is_grad_enabled()"].values())
    fits = {purpose: set() for purpose in choice["no_grad()"]}
    for setup, row in choice.items():
        for purpose in fits:
            if row[purpose]:
                fits[purpose].add(setup)
    assert fits == {
        "evaluate": {
            "eval(), no_grad()",
            "eval(), inference_mode()",
        },
        "explain": {"eval(), no_grad()"},
        "target": {"no_grad()", "eval(), no_grad()"},
        "freeze": {
            "requires_grad_(False)",
            "eval(), requires_grad_(False)",
        },
    }


def test_modes_the_six_checks_hold_when_run_in_another_way():
    """Some cells of the page's table, computed here without its program."""
    checks = {row["setup"]: row for row in computed("choose", "checks")}
    w = torch.ones(3, requires_grad=True)
    with torch.inference_mode():
        y = torch.ones(3) * 2
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved"):
        y * w
    assert not checks["inference_mode()"]["result trains"]
    with torch.no_grad():
        y = torch.ones(3) * 2
    (y * w).sum().backward()
    assert w.grad is not None and checks["no_grad()"]["result trains"]


# Counterexamples, and all that torch tests itself with.


def nested(outer, inner):
    """Whether y = w * 2 is recorded, and what the mode says, two blocks deep."""
    w = torch.ones(2, requires_grad=True)
    with outer(), inner():
        y = w * 2
        return torch.is_grad_enabled(), y.grad_fn is not None, y.is_inference()


@pytest.mark.parametrize("mode", UNRECORDED)
def test_modes_no_operation_of_torch_is_recorded_or_saves_anything(mode):
    """Over op_db: no node, nothing saved; only what shares memory requires grad."""
    recorded, saving, requiring = set(), set(), set()
    for name, op, args, kwargs in operations():
        saved = []
        args, kwargs = copied((args, kwargs), flags=True)
        hooks = saved_tensors_hooks(lambda t, s=saved: s.append(t), lambda t: t)
        with CONTEXTS[mode](), hooks, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = tensors(op.op(*args, **kwargs))
        if saved:
            saving.add(name)
        for y in results:
            if y.grad_fn is not None:
                recorded.add(name)
            if y.requires_grad and y.numel() and not shares(y, tensors((args, kwargs))):
                requiring.add(name)
    assert len(operations()) > 1000
    assert (recorded, saving, requiring) == (set(), set(), set())


def test_modes_no_operation_is_recorded_without_an_input_that_requires_grad():
    """Over op_db, with the grad mode on."""
    recorded = set()
    for name, op, args, kwargs in operations():
        plain = copied((args, kwargs))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = tensors(op.op(*plain[0], **plain[1]))
        recorded |= {name for y in results if y.requires_grad or y.grad_fn}
    assert recorded == set()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("training", [True, False])
def test_modes_every_module_returns_the_same_up_to_rounding(dtype, training):
    """Over module_db; bit for bit but for LSTM in float32 and transformers."""
    unequal, far = set(), set()
    for name, make, args, kwargs in modules(dtype, training):
        results = []
        for context in CONTEXTS.values():
            module = make()
            torch.manual_seed(1)
            with context(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                results.append([y.detach() for y in tensors(module(*args, **kwargs))])
        for other in results[1:]:
            for y, z in zip(results[0], other):
                if not torch.equal(y.nan_to_num(), z.nan_to_num()):
                    unequal.add(name)
                if not torch.allclose(y, z, atol=1e-5, equal_nan=True):
                    far.add(name)
    assert far == set()
    transformers = {n for n in unequal if n.startswith("Transformer")}
    assert unequal - transformers <= ({"LSTM"} if dtype == torch.float32 else set())
    assert not training or not transformers


def test_modes_evaluation_mode_records_as_training_mode_does():
    """Over module_db: eval() stops no recording."""
    for name, make, args, kwargs in modules(torch.float32, False):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            evaluated = tensors(make()(*args, **kwargs))
            trained = tensors(make().train()(*args, **kwargs))
        flags = [[y.requires_grad for y in ys] for ys in (evaluated, trained)]
        assert flags[0] == flags[1], name


def test_modes_of_all_nestings_the_inner_mode_wins_but_for_two():
    """36 pairs; enable_grad and set_grad_enabled(True) in inference_mode fail."""
    modes = {
        "no_grad": torch.no_grad,
        "set_grad_enabled(False)": lambda: torch.set_grad_enabled(False),
        "enable_grad": torch.enable_grad,
        "set_grad_enabled(True)": lambda: torch.set_grad_enabled(True),
        "inference_mode": torch.inference_mode,
        "inference_mode(False)": lambda: torch.inference_mode(False),
    }
    off = {"no_grad", "set_grad_enabled(False)", "inference_mode"}
    for outer in modes:
        for inner in modes:
            enabled, recorded, inference = nested(modes[outer], modes[inner])
            on = inner not in off
            stuck = outer == "inference_mode" and inner != "inference_mode(False)"
            assert enabled == on
            assert recorded == (on and not stuck), (outer, inner)
            assert inference == (stuck or inner == "inference_mode"), (outer, inner)


def test_modes_two_blocks_in_one_another_leave_what_they_found():
    """On leaving, the state of entering is back, whatever was called inside."""
    for context in CONTEXTS.values():
        for before in (True, False):
            torch.set_grad_enabled(before)
            with context():
                torch.set_grad_enabled(not torch.is_grad_enabled())
            assert torch.is_grad_enabled() == before
    torch.set_grad_enabled(True)


def test_modes_no_grad_acts_in_a_with_or_as_a_decorator_and_not_by_itself():
    """A line of its own does nothing; a stack of contexts enters it, too."""
    torch.no_grad()
    mode = torch.no_grad()
    assert torch.is_grad_enabled()
    assert not mode(torch.is_grad_enabled)()
    with contextlib.ExitStack() as stack:
        stack.enter_context(mode)
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()


FACTORIES = [
    lambda: torch.ones(2, requires_grad=True),
    lambda: torch.empty(0, requires_grad=True),
    lambda: torch.tensor(1j, requires_grad=True),
    lambda: torch.arange(3.0, requires_grad=True),
    lambda: torch.rand(2, dtype=torch.float16, requires_grad=True),
    lambda: torch.ones(2).new_zeros(3, requires_grad=True),
    lambda: torch.ones_like(torch.ones(2), requires_grad=True),
    lambda: torch.ones(2, device="meta", requires_grad=True),
    lambda: torch.ones(2).requires_grad_(),
    lambda: nn.Parameter(torch.ones(2)),
]


@pytest.mark.parametrize("make", FACTORIES)
@pytest.mark.parametrize("mode", UNRECORDED)
def test_modes_the_grad_mode_does_not_affect_what_is_made_to_require_grad(make, mode):
    with CONTEXTS[mode]():
        assert make().requires_grad


@pytest.mark.parametrize(
    "dtype",
    [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64],
)
def test_modes_requires_grad_is_set_later_on_floating_and_complex_leaves(dtype):
    x = torch.ones(2, dtype=dtype)
    x.requires_grad = True
    assert (x * x).requires_grad
    x.requires_grad = False
    assert not (x * x).requires_grad


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.bool, torch.uint8])
def test_modes_requires_grad_cannot_be_set_on_integers(dtype):
    with pytest.raises(RuntimeError, match="floating point and complex"):
        torch.ones(2, dtype=dtype).requires_grad = True


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x * 2,
        lambda x: x.sum(),
        lambda x: x.view(-1),
        lambda x: x[0],
        lambda x: x.clone(),
        lambda x: x.expand(2, 3),
    ],
)
def test_modes_the_flag_of_a_recorded_result_cannot_be_removed(compute):
    """Of one that is not recorded it can."""
    x = torch.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="only change requires_grad flags of leaf"):
        compute(x).requires_grad_(False)
    with torch.no_grad():
        y = compute(x.detach())
    assert not y.requires_grad_().requires_grad_(False).requires_grad


def test_modes_the_flag_of_a_leaf_counts_when_the_gradient_arrives():
    """Cleared, and set again before backward(): the gradient arrives."""
    x, w = leaf(), leaf(3.0)
    y = x * w
    w.requires_grad_(False)
    with pytest.raises(RuntimeError, match="does not require grad"):
        torch.autograd.grad(y, w, retain_graph=True)
    w.requires_grad_(True)
    y.backward()
    assert w.grad == 2.0


def optimizers():
    """Each optimizer that torch tests, with each set of arguments that it takes."""
    from torch.testing._internal.common_optimizers import optim_db

    for info in optim_db:
        for one in info.optim_inputs_func(device="cpu"):
            if not set(one.kwargs) & {"capturable", "differentiable", "fused"}:
                yield info, one.kwargs


def stepped(info, kwargs, keep_gradient):
    """How a parameter moves in step() once it has learned and is frozen."""
    w = nn.Parameter(torch.full((4, 4), 0.5))
    optimizer = info.optim_cls([w], **kwargs)

    def step():
        before = w.detach().clone()
        if info.step_requires_closure:
            optimizer.step(lambda: torch.tensor(1.0))
        else:
            optimizer.step()
        return not torch.equal(w, before)

    for _ in range(3):
        w.grad = torch.full((4, 4), 0.3)
        if info.only_supports_sparse_grads:
            w.grad = w.grad.to_sparse()
        step()
    w.requires_grad_(False)
    if not keep_gradient:
        optimizer.zero_grad()
    return step()


def test_modes_an_optimizer_goes_by_the_gradient_and_not_by_the_flag(output):
    """All of optim_db: frozen it moves while .grad is there, and not without."""
    still, moved_by = set(), set()
    for info, kwargs in optimizers():
        if stepped(info, kwargs, keep_gradient=False):
            moved_by.add((info.name, *kwargs))
        if not stepped(info, kwargs, keep_gradient=True):
            still.add(info.name)
    assert moved_by == set()
    assert still <= {"LBFGS"}  # its closure computes the gradient anew
    first, second, third = output("grad_modes/frozen_after_backward").splitlines()
    assert first.replace(", requires_grad=True", "") != second == third


def test_modes_the_statistics_of_a_frozen_norm_move_with_train_only():
    norm = nn.BatchNorm1d(2).requires_grad_(False)
    norm(torch.arange(4.0).reshape(2, 2))
    moved_mean = norm.running_mean.clone()
    assert moved_mean.any()
    norm.eval()(torch.ones(2, 2))
    assert torch.equal(norm.running_mean, moved_mean)


def test_modes_B29_no_module_of_torch_has_get_grad_mode():
    """Of those that `import torch` brings, none has the name."""
    found = [
        name
        for name, module in list(sys.modules.items())
        if name.split(".")[0] == "torch" and "get_grad_mode" in vars(module)
    ]
    assert found == []


@pytest.mark.parametrize(
    "change", [{}, {"norm_first": True}, {"activation": "gelu"}, {"bias": False}]
)
def test_modes_a_padded_encoder_gives_zeros_only_on_its_fast_path(change):
    """Skipped positions are zero without recording, or are computed as before."""
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, **change)
    padding = torch.tensor([[False, False, True, True]])
    x = torch.randn(1, 4, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = nn.TransformerEncoder(layer, num_layers=2).eval()
        y = model(x, src_key_padding_mask=padding)
        with torch.no_grad():
            z = model(x, src_key_padding_mask=padding)
    assert torch.allclose(y[:, :2], z[:, :2], atol=1e-5)
    skipped = not z[:, 2:].any()
    assert skipped == (change in ({}, {"activation": "gelu"}))
    assert skipped or torch.allclose(y, z, atol=1e-5)


@pytest.mark.parametrize("layer", [nn.Dropout, nn.AlphaDropout, nn.BatchNorm1d])
def test_modes_train_and_eval_change_what_dropout_and_batch_norm_return(layer):
    x = torch.arange(32.0).reshape(8, 4)
    module = layer(4) if layer is nn.BatchNorm1d else layer()
    for context in CONTEXTS.values():
        torch.manual_seed(0)
        with context():
            assert not torch.equal(module.train()(x), module.eval()(x))


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 2


@pytest.mark.parametrize("switch", [torch.enable_grad, torch.inference_mode])
def test_modes_a_function_of_ones_own_goes_by_the_grad_mode_alone(switch):
    """With enable_grad() inside inference_mode it is recorded, torch's are not."""
    w = torch.ones(3, requires_grad=True)
    with torch.inference_mode(), switch():
        own, other = Twice.apply(w), w * 2
    assert own.requires_grad == (switch is torch.enable_grad)
    assert not other.requires_grad and own.is_inference()
    if own.requires_grad:
        (gradient,) = torch.autograd.grad(own, w, torch.ones(3))
        assert gradient.tolist() == [2.0] * 3


def test_modes_a_transform_has_its_gradient_inside_inference_mode():
    """So the page says that what is computed inside has no backward()."""
    with torch.inference_mode():
        gradient = torch.func.grad(lambda x: (x * x).sum())(torch.ones(2))
        y = leaf() * 2
        assert gradient.tolist() == [2.0, 2.0]
        with pytest.raises(RuntimeError, match="does not require grad"):
            y.backward()
    with pytest.raises(RuntimeError, match="does not require grad"):
        y.backward()


@pytest.mark.parametrize("line_search", [None, "strong_wolfe"])
@pytest.mark.parametrize("anew", [True, False])
def test_modes_lbfgs_moves_a_frozen_parameter_without_a_gradient(line_search, anew):
    """Its direction comes from earlier steps; a new one has none to go by."""
    w, frozen = leaf(2.0), leaf(1.0)

    def made():
        return torch.optim.LBFGS(
            [w, frozen], lr=0.1, max_iter=3, line_search_fn=line_search
        )

    def closure():
        optimizer.zero_grad()
        loss = (w + 2 * frozen) ** 4
        loss.backward()
        return loss

    optimizer = made()
    optimizer.step(closure)
    frozen.requires_grad_(False)
    optimizer.zero_grad()
    optimizer = made() if anew else optimizer
    before = frozen.item(), w.item()
    optimizer.step(closure)
    assert frozen.grad is None and w.item() != before[1]
    assert (frozen.item() == before[0]) == anew


def test_modes_an_inference_tensor_refuses_the_flag_outside_only():
    with torch.inference_mode():
        t, inside = torch.ones(2), torch.ones(2)
        inside.requires_grad = True
    with pytest.raises(RuntimeError, match="inference tensor outside InferenceMode"):
        t.requires_grad = True


@pytest.mark.parametrize("name", UNRECORDED)
@pytest.mark.parametrize("training", [True, False])
def test_modes_a_layer_makes_nan_of_a_masked_sequence_on_its_fast_path(name, training):
    """Recorded, or in training mode, or without that path, it returns numbers."""
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).train(training)
    padding = torch.tensor([[False, False, True], [True, True, True]])

    def nan():
        y = layer(torch.ones(2, 3, 8), src_key_padding_mask=padding)
        return [bool(one.isnan().any()) for one in y]

    assert nan() == [False, False]
    with CONTEXTS[name]():
        assert nan() == [False, not training]
        enabled = torch.backends.mha.get_fastpath_enabled()
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            assert nan() == [False, False]
        finally:
            torch.backends.mha.set_fastpath_enabled(enabled)


def test_modes_detach_in_place_takes_the_flag_from_a_result():
    """So the page says that it cannot be set, not that it cannot be removed."""
    y = leaf() * 2
    y.detach_()
    assert not y.requires_grad
