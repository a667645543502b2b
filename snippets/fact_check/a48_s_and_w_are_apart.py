import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b
y.backward()
s = w.detach().clone()
with torch.no_grad():
    w[0] = 9.0

print(f"{w = }")
print(f"{s = }")
holds = {
    "values": s.item() == 1.0,
    "gradient": s.grad_fn is None and not s.requires_grad,
}
print(f"{holds = }")
