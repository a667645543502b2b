import torch
from torch import nn
from torch.func import functional_call

w = torch.ones(1, 1, requires_grad=True)
layer = nn.Linear(1, 1, bias=False)
y = functional_call(layer, {"weight": w * 2}, torch.ones(1, 1))
y.backward()
print(f"{w.grad = }")
print(f"{layer.weight.grad = }")
