import torch
from torch import nn

torch.manual_seed(0)
below, frozen = nn.Linear(2, 2), nn.Linear(2, 1)
frozen.requires_grad_(False)
frozen(below(torch.ones(2))).backward()
print(f"{frozen.weight.grad = }")
print(f"{below.weight.grad is None = }")

holds = below.weight.grad is None
print(f"{holds = }")
