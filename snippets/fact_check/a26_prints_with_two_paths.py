import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
v.retain_grad()
y = x * w + v
y.backward()

print(f"{v = }")
print(f"{y = }")
holds = {
    "x": repr(x) == "tensor([2.])",
    "w": repr(w) == "tensor([1.], requires_grad=True)",
    "v": repr(v) == "tensor([1.], grad_fn=<CloneBackward>)",
    "y": repr(y) == "tensor([3.], grad_fn=<AddBackward0>)",
}
print(f"{holds = }")
