import torch

w = torch.tensor([1.0], requires_grad=True)
s = w.detach().clone().requires_grad_()
print(f"{s.is_leaf = }, {s.requires_grad = }")

(3 * s).backward()
print(f"{s.grad = }")
print(f"{w.grad = }")
