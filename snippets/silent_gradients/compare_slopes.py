import copy

import torch
from torch import nn


def slopes(step, model, eps=1e-6):
    start = copy.deepcopy(model.state_dict())
    direction = {k: torch.randn_like(p) for k, p in model.named_parameters()}

    def loss_at(distance):
        model.load_state_dict(start)
        model.zero_grad()
        with torch.no_grad():
            for name, p in model.named_parameters():
                p.add_(direction[name], alpha=distance)
        torch.manual_seed(0)
        return step().item()

    measured = (loss_at(eps) - loss_at(-eps)) / (2 * eps)
    loss_at(0)
    computed = 0.0
    for name, p in model.named_parameters():
        if p.grad is not None:
            computed += (p.grad * direction[name]).sum().item()
    model.load_state_dict(start)
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
