import torch

x = torch.tensor(3.0, requires_grad=True)
y = x.clone() ** 3
(first,) = torch.autograd.grad(y, x, create_graph=True)
(second,) = torch.autograd.grad(first, x)
print(f"{first = }, {second = }")

holds = second.item() != 6 * 3.0
print(f"{holds = }")
