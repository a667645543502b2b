# %% before
import torch

w = torch.tensor([1.0], requires_grad=True)
h = w * 2
y = h * 3

# %% detach
h.detach_()
z = h * 5
print(f"{h.is_leaf = }, {h.requires_grad = }")
print(f"{z.requires_grad = }")

# %% backward
y.backward()
print(f"{w.grad = }")
