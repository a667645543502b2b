import torch

x = torch.tensor([1.0, -1.0], requires_grad=True)

h = x * 2
h += x
h.sum().backward()
print(f"{x.grad = }")

h = x.relu()
h += x
h.sum().backward()  # raises RuntimeError
