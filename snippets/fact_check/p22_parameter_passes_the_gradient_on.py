import torch
from torch import nn

x = torch.tensor([2.0], requires_grad=True)
weight = nn.Parameter(x)
(weight * 3).backward()
print(f"{weight.grad = }, {x.grad = }")

holds = x.grad is not None
print(f"{holds = }")
