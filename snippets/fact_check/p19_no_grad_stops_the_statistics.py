import torch
from torch import nn

norm = nn.BatchNorm1d(2)
data = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
before = norm.running_mean.clone()
with torch.no_grad():
    norm(data)
print(f"{before = }")
print(f"{norm.running_mean = }")

holds = torch.equal(norm.running_mean, before)
print(f"{holds = }")
