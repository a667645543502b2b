import torch

w = torch.ones(3, requires_grad=True)
with torch.no_grad():
    w.view(-1).mul_(2)
print(f"{w = }")

y = w * 1
y.view(-1).mul_(2)
y.sum().backward()
print(f"{w.grad = }")
