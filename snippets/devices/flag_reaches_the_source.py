import torch

x = torch.tensor([1.0])
y = torch.tensor([1.0])
w = x.to("cpu").requires_grad_()
v = y.to("cpu", copy=True).requires_grad_()

print(f"{x.requires_grad = }, {w.is_leaf = }")
print(f"{y.requires_grad = }, {v.is_leaf = }")
