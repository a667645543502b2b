# %% forward
import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1

print(f"{y = }")
print(f"{z = }")
print(f"{x.grad = }, {z.grad = }")

# %% backward
y.retain_grad()
y.backward()

print(f"{x.grad = }")
print(f"{y.grad = }")
print(f"{z.grad = }")
