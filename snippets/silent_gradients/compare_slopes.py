import torch
from torch import nn


def state(model):
    return [*model.parameters(), *model.buffers()]


def slopes(step, model, eps=1e-6):
    start = [t.detach().clone() for t in state(model)]
    moved = [p for p in model.parameters() if p.requires_grad]
    directions = [torch.randn_like(p) for p in moved]

    @torch.no_grad()
    def move(distance):
        for t, value in zip(state(model), start):
            t.copy_(value)
        for p, direction in zip(moved, directions):
            p.add_(direction, alpha=distance)

    def loss_at(distance):
        move(distance)
        model.zero_grad()
        torch.manual_seed(0)
        return step().item()

    measured = (loss_at(eps) - loss_at(-eps)) / (2 * eps)
    loss_at(0)
    computed = 0.0
    for p, direction in zip(moved, directions):
        if p.grad is not None:
            computed += (p.grad * direction).sum().item()
    move(0)
    return measured, computed


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 1)).double()
x = torch.ones(2, 3, dtype=torch.float64)


def step():
    hidden = model[0](x)
    hidden.detach().clamp_(max=0.1)
    loss = model[1](hidden).square().sum()
    loss.backward()
    return loss


def mended_step():
    hidden = model[0](x).clamp(max=0.1)
    loss = model[1](hidden).square().sum()
    loss.backward()
    return loss


for one in (step, mended_step):
    measured, computed = slopes(one, model)
    print(f"{one.__name__}: {measured = :.4f}, {computed = :.4f}")
