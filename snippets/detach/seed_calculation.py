# %% forward
import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b

print(f"{x = }")
print(f"{w = }")
print(f"{b = }")
print(f"{y = }")

# %% graph
add = y.grad_fn
(mul, _), (behind_b, _) = add.next_functions
(behind_x, _), (behind_w, _) = mul.next_functions

print(f"{add.name() = }")
print(f"{mul.name() = }")
print(f"{behind_x = }")
print(f"{behind_w.variable is w = }")
print(f"{behind_b.variable is b = }")

# %% flags
print(f"{x.requires_grad = }, {x.is_leaf = }")
print(f"{w.requires_grad = }, {w.is_leaf = }")
print(f"{b.requires_grad = }, {b.is_leaf = }")
print(f"{y.requires_grad = }, {y.is_leaf = }")

# %% backward
y.backward()

print(f"{x.grad = }")
print(f"{w.grad = }")
print(f"{b.grad = }")
print(f"{y.grad = }")
