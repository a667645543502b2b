import torch

x = torch.tensor([1.0, 2.0])
w = torch.tensor([3.0, 4.0], requires_grad=True)
h = x * w
loss = h.exp().sum()

loss.backward()
print(f"{x.is_leaf = }, {w.is_leaf = }, {h.is_leaf = }")
print(f"{x.grad is None = }, {w.grad is None = }")
