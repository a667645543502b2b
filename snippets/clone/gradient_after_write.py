import torch

w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
v = w.clone()
v[0] = 7.0

(v * v).sum().backward()

print(f"{v = }")
print(f"{w.grad = }")
