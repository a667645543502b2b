import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
(x * x).sum().backward()
y = x.clone()
y.retain_grad()
print(f"{x.grad = }")
print(f"{y.grad = }, {y.detach().grad = }")

holds = y.grad is not None
print(f"{holds = }")
