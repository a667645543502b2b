# %% through-the-clone
import torch

x = torch.tensor([2.0])
w = torch.tensor([4.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)

v = w.clone()
z = v.detach()
y = x * v + b
y.backward()

print(f"{y = }")
print(f"{w.grad = }, {b.grad = }")

# %% through-the-copy
t = torch.tensor([7.0], requires_grad=True)
c = torch.tensor([9.0], requires_grad=True)
u = z * t + c
u.backward()

print(f"{u = }")
print(f"{t.grad = }, {c.grad = }")
print(f"{w.grad = }, {b.grad = }")

# %% none
print(f"{x.grad = }, {z.grad = }")
print(f"{v.grad = }, {y.grad = }, {u.grad = }")
