import torch

x = torch.tensor(2.0, requires_grad=True)
w = torch.tensor(3.0, requires_grad=True)
y = x * w

w.requires_grad_(False)
y.backward()
print(f"{x.grad = }")
print(f"{w.grad = }")
