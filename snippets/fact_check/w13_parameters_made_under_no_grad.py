import torch
from torch import nn

with torch.no_grad():
    layer = nn.Linear(2, 1)
    made = torch.ones(2, requires_grad=True)
print(f"{layer.weight.requires_grad = }, {made.requires_grad = }")

holds = layer.weight.requires_grad and made.requires_grad
print(f"{holds = }")
