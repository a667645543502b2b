import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1
grad = y.grad
print(f"{grad = }")

holds = grad is not None and grad.item() == 4.0
print(f"{holds = }")
