"""The statements of the page on gradient modes, each decided by a run."""

import contextlib

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

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
