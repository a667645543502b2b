import torch
from torch import nn
from torch.nn.utils import parametrize


class Double(nn.Module):
    def forward(self, weight):
        return weight * 2


layer = nn.Linear(1, 1, bias=False)
nn.init.ones_(layer.weight)
parametrize.register_parametrization(layer, "weight", Double())
optimizer = torch.optim.SGD(layer.parameters(), lr=0.25)

with parametrize.cached():
    first = layer(torch.ones(1, 1))
    first.backward()
    optimizer.step()
    second = layer(torch.ones(1, 1))
print(f"{first.item() = }, {second.item() = }")
print(f"{layer(torch.ones(1, 1)).item() = }")
