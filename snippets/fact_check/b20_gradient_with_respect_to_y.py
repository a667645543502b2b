import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
y.retain_grad()
y.backward()
print(f"{x.grad = }")
print(f"{y.grad = }")

holds = y.grad.item() == 4.0
print(f"{holds = }")
