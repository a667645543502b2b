import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b
y.backward()

print(f"{x = }")
print(f"{w = }")
print(f"{b = }")
print(f"{y = }")
holds = {
    "x": repr(x) == "tensor([2.])",
    "w": repr(w) == "tensor([1.], requires_grad=True)",
    "b": repr(b) == "tensor([3.], requires_grad=True)",
    "y": repr(y) == "tensor([5.], grad_fn=<AddBackward0>)",
}
print(f"{holds = }")
