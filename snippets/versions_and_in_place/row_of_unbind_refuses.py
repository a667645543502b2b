import torch

w = torch.ones(2, 3, requires_grad=True)
x = w * 2
for row in x:
    row.mul_(5)  # raises RuntimeError
