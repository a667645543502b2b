"""Whether `step()` moves the counter, over all optimizers and their variants."""

from __future__ import annotations

import torch

FUSED = {"Adagrad", "Adam", "AdamW", "SGD"}


def test_fused_optimizers_leave_the_counter(optimizers):
    fused = [row for row in optimizers if row["variant"] == "fused"]
    assert {row["name"] for row in fused} == FUSED
    assert {row["counter"] for row in fused} == {"still"}


def test_after_a_fused_step_backward_gives_a_wrong_gradient(optimizers):
    fused = [row for row in optimizers if row["variant"] == "fused"]
    assert {row["after"] for row in fused} == {"wrong"}


def test_every_optimizer_without_fused_moves_the_counter(optimizers):
    others = [row for row in optimizers if row["variant"] != "fused" and row["steps"]]
    assert {row["counter"] for row in others} == {"moves"}
    assert {row["name"] for row in others} == {row["name"] for row in optimizers}


def test_after_a_step_without_fused_backward_raises(optimizers):
    others = [row for row in optimizers if row["variant"] != "fused" and row["steps"]]
    assert {row["after"] for row in others} == {"raises"}


def test_every_public_optimizer_is_in_the_list(optimizers):
    public = {
        name
        for name, found in vars(torch.optim).items()
        if isinstance(found, type) and issubclass(found, torch.optim.Optimizer)
    }
    assert public - {"Optimizer"} == {row["name"] for row in optimizers}


def test_only_variants_that_need_a_gpu_could_not_be_run(optimizers):
    left = {row["variant"] for row in optimizers if not row["steps"]}
    assert left == {"capturable"}
    assert all("'cuda'" in r["reason"] for r in optimizers if not r["steps"])
