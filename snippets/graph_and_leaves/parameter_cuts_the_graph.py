import torch
from torch import nn

w = torch.tensor([1.0], requires_grad=True)
p = nn.Parameter(w * 2)
y = p * 3
y.backward()
print(f"{p.is_leaf = }")
print(f"{p.grad = }")
print(f"{w.grad = }")
