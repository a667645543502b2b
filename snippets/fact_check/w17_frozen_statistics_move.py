import torch
from torch import nn

norm = nn.BatchNorm1d(2).requires_grad_(False)
before = norm.running_mean.clone()
norm(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
print(f"{norm.running_mean = }")

holds = not torch.equal(norm.running_mean, before)
print(f"{holds = }")
