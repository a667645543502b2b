import torch

w = torch.tensor([1.0], requires_grad=True)
loss = (w * 3.0).square().sum()
loss.backward()

with torch.no_grad():
    w -= 0.1 * w.grad
print(f"{w = }")
print(f"{w.is_leaf = }, {w._version = }")
