import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
v.retain_grad()
y = x * v

print(f"{torch.autograd.grad(y, w) = }")
print(f"{v.grad = }")
print(f"{w.grad = }")
