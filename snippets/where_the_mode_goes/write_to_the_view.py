import torch

w = torch.ones(3, requires_grad=True)
with torch.no_grad():
    v = w.view(-1)

v.mul_(2)  # raises RuntimeError
