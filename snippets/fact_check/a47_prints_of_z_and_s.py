import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b
y.backward()
z = w.detach()
s = z.clone()

print(f"{z = }, {z.grad = }, {z is w = }, {z.is_leaf = }")
print(f"{s = }, {s.grad = }, {s is z = }, {s.is_leaf = }")
expected = ("tensor([1.])", None, False, True)
holds = {
    "z": (repr(z), z.grad, z is w, z.is_leaf) == expected,
    "s": (repr(s), s.grad, s is z, s.is_leaf) == expected,
}
print(f"{holds = }")
