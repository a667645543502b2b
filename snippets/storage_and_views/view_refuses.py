import torch

x = torch.arange(6.0).view(2, 3)
t = x.t()
print(f"{t.flatten() = }")

t.view(-1)  # raises RuntimeError
