import torch
from torch import nn

online = nn.Parameter(torch.tensor([1.0]))
target = nn.Parameter(torch.tensor([0.0])).requires_grad_(False)
for _ in range(3):
    target.mul_(0.9).add_(online, alpha=0.1)
print(f"{target.requires_grad = }, {target.is_leaf = }")

holds = not target.requires_grad
print(f"{holds = }")
