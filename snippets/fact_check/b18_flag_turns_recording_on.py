import torch

x = torch.tensor(2.0, requires_grad=True)
plain = torch.tensor(2.0)
y = x * x
print(f"{y.requires_grad = }")
print(f"{(plain * plain).requires_grad = }")

holds = y.requires_grad and not (plain * plain).requires_grad
print(f"{holds = }")
