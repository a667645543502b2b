import torch

x = torch.tensor([2.0], device="cpu")
w = torch.tensor([1.0], device="cpu", requires_grad=True)
b = torch.tensor([3.0], device="cpu", requires_grad=True)
y = x * w + b
y.retain_grad()

z = y.cpu()
z.retain_grad()
v = torch.tensor([7.0], device="cpu", requires_grad=True)
c = torch.tensor([4.0], device="cpu", requires_grad=True)
f = v * z + c
f.backward()

print(f"{z is y = }")
print(f"{z = }")
print(f"{f = }")

print(f"{w.grad = }, {b.grad = }")
print(f"{y.grad = }, {z.grad = }")
print(f"{v.grad = }, {c.grad = }")
print(f"{x.grad = }")

print(f"{z.is_leaf = }, {z.requires_grad = }")
print(f"{v.is_leaf = }, {v.requires_grad = }")
print(f"{c.is_leaf = }, {c.requires_grad = }")
print(f"{f.is_leaf = }, {f.requires_grad = }")
