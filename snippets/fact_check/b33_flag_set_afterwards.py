import torch

x = torch.tensor(2.0)
x.requires_grad = True
y = x * x
y.backward()
print(f"{y.requires_grad = }, {x.grad = }")

holds = y.requires_grad and x.grad.item() == 4.0
print(f"{holds = }")
