"""The statements of the notebook on two networks that share a weight."""

import re

import pytest
import torch
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

from tests.claims.populations_of_torch import modules

NOTEBOOK = "notebooks/two-networks"
OPTIMIZERS = [
    (info, implementation)
    for info in optim_db
    for implementation in ("default", *info.supported_impls)
    if implementation != "differentiable"
]


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


@pytest.mark.parametrize(
    ("info", "implementation"),
    OPTIMIZERS,
    ids=[f"{info.name} {implementation}" for info, implementation in OPTIMIZERS],
)
def test_two_networks_step_writes_in_place(info, implementation):
    """With every optimizer, in each of its implementations."""
    given = {} if implementation == "default" else {implementation: True}
    w = torch.full((2, 2), 4.0, requires_grad=True)
    z = w.detach()
    w.grad = torch.full((2, 2), 0.5)
    if info.only_supports_sparse_grads:
        w.grad = w.grad.to_sparse()
    optimizer = info.optim_cls([w], lr=0.5, **given)
    optimizer.step((lambda: w.sum()) if info.step_requires_closure else None)
    assert z.data_ptr() == w.data_ptr() and torch.equal(z, w) and (w != 4.0).any()


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "Adagrad"])
def test_two_networks_a_fused_step_in_between_is_silently_wrong(name):
    """No exception, and the gradient of t is the new value; a clone is right."""
    for fused, clone in ((False, False), (True, False), (True, True)):
        w, t = leaf(4.0), leaf(7.0)
        optimizer_a = getattr(torch.optim, name)([w], lr=0.5, fused=fused)
        (2 * w).backward()
        z = w.detach().clone() if clone else w.detach()
        loss_b = z * t
        optimizer_a.step()
        if not fused:
            with pytest.raises(RuntimeError, match="modified by an inplace operation"):
                loss_b.backward()
            continue
        loss_b.backward()
        assert w.item() != 4.0
        assert t.grad.item() == (4.0 if clone else w.item())


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


@pytest.mark.parametrize("info", module_db, ids=lambda info: info.name)
def test_two_networks_load_state_dict_writes_into_the_parameters_of_any_module(info):
    """And with assign=True it replaces them."""
    for module in modules(info):
        before = dict(module.named_parameters())
        addresses = {name: p.data_ptr() for name, p in before.items()}
        saved = {name: t.clone() for name, t in module.state_dict().items()}
        module.load_state_dict(saved)
        for name, p in module.named_parameters():
            assert p is before[name] and p.data_ptr() == addresses[name]
        module.load_state_dict(saved, assign=True)
        for name, p in module.named_parameters():
            assert p is not before[name] and p.data_ptr() == saved[name].data_ptr()


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


@pytest.mark.parametrize("way", ["data", "no_grad"])
def test_two_networks_an_update_through_data_is_silently_wrong(way):
    w, t = leaf(4.0), leaf(7.0)
    loss_b = w.detach() * t
    if way == "data":
        w.data -= 1.0
        loss_b.backward()
        assert w._version == 0 and t.grad.item() == 3.0
        return
    with torch.no_grad():
        w -= 1.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss_b.backward()
