import torch

w = torch.tensor([1.0], requires_grad=True)
total = torch.zeros(1)
print(f"{total.is_leaf = }, {total.requires_grad = }")

total += w * 2
print(f"{total.is_leaf = }, {total.requires_grad = }")
print(f"{total.grad_fn.name() = }")
