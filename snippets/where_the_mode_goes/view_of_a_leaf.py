# %% flags
import torch

w = torch.ones(3, requires_grad=True)
with torch.no_grad():
    y = w * 2
    v = w.view(-1)

print(f"{y.requires_grad = }")
print(f"{v.requires_grad = }, {v.is_leaf = }, {v.grad_fn = }")

# %% backward
loss = (v * 2).sum()
loss.backward()
print(f"{v.grad = }")
print(f"{w.grad = }")
