import torch
from torch import nn

x = torch.ones(2, 1, requires_grad=True)
norm = nn.BatchNorm1d(1).eval()
y = norm(x).sum()
(right,) = torch.autograd.grad(y, x, retain_graph=True)

before = norm.running_var._version
norm.train()(torch.tensor([[-100.0], [100.0]]))
print(f"{norm.running_var._version == before = }")

(wrong,) = torch.autograd.grad(y, x)
print(f"{right.flatten() = }")
print(f"{wrong.flatten() = }")
