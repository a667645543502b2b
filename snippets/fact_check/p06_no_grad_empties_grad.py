import torch

x = torch.tensor(2.0, requires_grad=True)
(x * x).backward()
with torch.no_grad():
    y = x * x
    print(f"{x.grad = }")
print(f"{x.grad = }")

holds = x.grad is None
print(f"{holds = }")
