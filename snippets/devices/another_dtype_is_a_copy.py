import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.to(torch.float64)

print(f"{v is w = }")
print(f"{v.is_leaf = }")

v[0] = 7.0
print(f"{w = }")
print(f"{v = }")
