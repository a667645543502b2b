# %% forward
import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
v = w.clone()
y = x * v + b

print(f"{x = }")
print(f"{w = }")
print(f"{v = }")
print(f"{b = }")
print(f"{y = }")

# %% flags
print(f"{v is w = }")
print(f"{v.is_leaf = }")
print(f"{v.requires_grad = }")

# %% backward
y.backward()

print(f"{x.grad = }")
print(f"{w.grad = }")
print(f"{b.grad = }")

# %% non-leaf
print(f"{v.grad = }")
print(f"{y.grad = }")
