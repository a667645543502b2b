import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
y = x * v

print(f"{torch.autograd.grad(y, v) = }")
print(f"{w.grad = }")
