import torch
from torch import nn

model = nn.Bilinear(1, 1, 1, bias=False)
nn.init.constant_(model.weight, 1.1)
x = torch.ones(1, 1, requires_grad=True)
y = model(x, x)
(right,) = torch.autograd.grad(y, x, retain_graph=True)

model.bfloat16().float()
(wrong,) = torch.autograd.grad(y, x)
print(f"{right = }")
print(f"{wrong = }")
