import contextlib

import torch
from torch import nn


def losses(round_all, round_each):
    layer = nn.Linear(1, 1, bias=False)
    nn.init.ones_(layer.weight)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.25)
    found = []
    with round_all():
        for _ in range(3):
            with round_each():
                loss = layer(torch.ones(1, 1)).float().sum()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            found.append(loss.item())
    return found


def cast():
    return torch.autocast("cpu", dtype=torch.bfloat16)


print(f"{losses(cast, contextlib.nullcontext) = }")
print(f"{losses(contextlib.nullcontext, cast) = }")
