import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
v = w.clone()
v.retain_grad()
v[0] = 7.0

(v * v).sum().backward()

print(f"{v.grad = }")
print(f"{w.grad = }")
