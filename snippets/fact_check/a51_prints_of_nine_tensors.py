import torch

x = torch.tensor([2.0])
w = torch.tensor([4.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
v = w.clone()
z = v.detach()
y = x * v + b
y.backward()

t = torch.tensor([7.0], requires_grad=True)
c = torch.tensor([9.0], requires_grad=True)
u = z * t + c
u.backward()

printed = {
    "x": (x, "tensor([2.])"),
    "w": (w, "tensor([4.], requires_grad=True)"),
    "b": (b, "tensor([3.], requires_grad=True)"),
    "y": (y, "tensor([11.], grad_fn=<AddBackward0>)"),
    "v": (v, "tensor([4.], grad_fn=<CloneBackward>)"),
    "z": (z, "tensor([4.])"),
    "t": (t, "tensor([7.], requires_grad=True)"),
    "c": (c, "tensor([9.], requires_grad=True)"),
    "u": (u, "tensor([37.], grad_fn=<AddBackward0>)"),
}
print(f"{y = }, {v = }, {u = }")
holds = {name: repr(a) == text for name, (a, text) in printed.items()}
print(f"{holds = }")
