import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone().requires_grad_()
print(f"{v.is_leaf = }, {v.requires_grad = }")

(3 * v).backward()
print(f"{w.grad = }")
