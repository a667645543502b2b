import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1
print(f"{x.grad = }")

holds = x.grad is not None and x.grad.item() == 4.0
print(f"{holds = }")
