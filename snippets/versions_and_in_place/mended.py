import torch

x = torch.tensor([1.0, -1.0], requires_grad=True)

h = x.relu()
h = h + x
h.sum().backward()
print(f"{x.grad = }")

x.grad = None
h = x.relu().clone()
h += x
h.sum().backward()
print(f"{x.grad = }")
