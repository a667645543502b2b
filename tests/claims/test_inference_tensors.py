"""The statements of the page on inference tensors, each decided by a run."""

import copy

import pytest
import torch
from torch import nn

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
    for row in allowed:
        expected = row["shares"] and row["expression"] != "copy.copy(t)"
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


def test_modes_results_of_no_grad_may_be_trained_on_and_written_to():
    """No exception, whatever is done with them later."""
    w = leaf()
    with torch.no_grad():
        t = w * 2
    t.add_(1)
    (w * t).sum().backward()
    assert t.clone().requires_grad_().requires_grad and w.grad is not None
