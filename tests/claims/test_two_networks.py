"""The statements of the notebook on two networks that share a weight."""

import re

import pytest
import torch

NOTEBOOK = "notebooks/two-networks"
OPTIMIZERS = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"]


def leaf(value):
    return torch.tensor([value], requires_grad=True)


def test_A67_only_y_sends_gradient_to_w(output):
    """u = z * t + c with z = w.detach() sends none: true."""
    assert output(NOTEBOOK, "backward").splitlines() == [
        "w.grad = tensor([2.]), b.grad = tensor([1.])",
        "t.grad = tensor([4.]), c.grad = tensor([1.])",
        "w.grad = tensor([2.]), z.grad = None",
    ]


def test_A68_after_an_update_in_place_z_carries_the_new_value(output):
    """True for a step() of an optimizer, which writes in place."""
    assert output(NOTEBOOK, "step-a").splitlines() == [
        "w = tensor([3.], requires_grad=True)",
        "z = tensor([3.])",
    ]
    assert "torch.equal(u, w * t + c) = True" in output(NOTEBOOK, "next-forward")


def test_A69_both_can_be_trained_if_no_step_falls_in_between(output):
    """True in turn; a step between B's forward and backward pass raises."""
    lines = output(NOTEBOOK, "train-both").splitlines()
    assert (
        lines[1::2] == ["torch.equal(z, w) = True, torch.equal(w, before) = True"] * 3
    )
    before, after, *error = output(NOTEBOOK, "step-between").splitlines()
    saved, shared = re.findall(r"_version = (\d+)", before)
    now, shared_now = re.findall(r"_version = (\d+)", after)
    assert saved == shared and now == shared_now and int(now) == int(saved) + 1
    assert error[-1].startswith(
        "RuntimeError: one of the variables needed for gradient computation has "
        "been modified by an inplace operation"
    )


def test_two_networks_z_is_a_constant_on_the_same_memory(output):
    assert output(NOTEBOOK, "share").splitlines() == [
        "z.data_ptr() == w.data_ptr() = True",
        "z.requires_grad = False",
    ]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_networks_step_writes_in_place(name):
    w = leaf(4.0)
    z = w.detach()
    w.backward()
    getattr(torch.optim, name)([w], lr=0.5).step()
    assert z.data_ptr() == w.data_ptr() and z.item() == w.item() != 4.0


def test_two_networks_rebinding_ends_the_sharing(output):
    assert output(NOTEBOOK, "rebind").splitlines() == [
        "w = tensor([3.], requires_grad=True)",
        "z = tensor([4.])",
        "z.data_ptr() == w.data_ptr() = False",
    ]


def test_two_networks_a_write_in_place_is_seen(output):
    assert output(NOTEBOOK, "write-in-place").splitlines() == [
        "w = tensor([2.], requires_grad=True)",
        "z = tensor([2.])",
    ]


def test_two_networks_load_state_dict_copies_by_default(output):
    assert output(NOTEBOOK, "load-in-place").splitlines() == [
        "z = tensor([[5.]])",
        "z.data_ptr() == net.weight.data_ptr() = True",
    ]


def test_two_networks_a_replaced_parameter_is_not_shared(output):
    assert output(NOTEBOOK, "replace-parameter").splitlines() == [
        "z = tensor([[5.]])",
        "z.data_ptr() == net.weight.data_ptr() = False",
        "z = tensor([[6.]])",
        "z.data_ptr() == net.weight.data_ptr() = False",
    ]


def test_two_networks_detach_at_each_use_is_never_stale(output):
    assert output(NOTEBOOK, "detach-at-use").splitlines() == [
        "network_b().requires_grad = True",
        "torch.equal(network_b(), net.weight * t + c) = True",
    ]
    w, t = leaf(4.0), leaf(7.0)
    (w.detach() * t).backward()
    assert w.grad is None and t.grad.item() == 4.0


def test_two_networks_a_clone_freezes_the_value(output):
    assert output(NOTEBOOK, "freeze").splitlines() == [
        "w = tensor([1.], requires_grad=True)",
        "frozen = tensor([2.])",
    ]


def test_two_networks_a_clone_bears_a_step_in_between():
    w, t = leaf(4.0), leaf(7.0)
    optimizer_a = torch.optim.SGD([w], lr=0.5)
    (2 * w).backward()
    loss_b = w.detach().clone() * t
    optimizer_a.step()
    loss_b.backward()
    assert w.item() == 3.0 and t.grad.item() == 4.0


def test_two_networks_the_product_saves_z_only_for_the_gradient_of_t():
    w = leaf(4.0)
    z = w.detach()
    assert (z * leaf(7.0)).grad_fn._saved_self.data_ptr() == w.data_ptr()
    assert (z * torch.ones(1)).grad_fn is None
