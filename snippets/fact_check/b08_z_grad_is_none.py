import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1
print(f"{z.grad = }")

holds = z.grad is None
print(f"{holds = }")
