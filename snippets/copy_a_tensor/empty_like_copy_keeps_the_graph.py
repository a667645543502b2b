import torch

w = torch.tensor([1.0], requires_grad=True)
a = torch.empty_like(w).copy_(w)

print(f"{a = }")
print(f"{a.is_leaf = }")

(3 * a).backward()
print(f"{w.grad = }")
