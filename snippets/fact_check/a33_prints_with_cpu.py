import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b

z = y.to(torch.float64)  # recorded as a move between devices is
moved = y.to("meta")
v = torch.tensor([7.0], requires_grad=True)
c = torch.tensor([4.0], requires_grad=True)
f = v * y.cpu() + c

print(f"{z = }")
print(f"{f = }")
holds = {
    "node of a conversion": type(z.grad_fn).__name__ == "CopyBackwards",
    "node of a move": type(moved.grad_fn).__name__ == "CopyBackwards",
    "f": repr(f) == "tensor([39.], grad_fn=<AddBackward0>)",
}
print(f"{holds = }")
