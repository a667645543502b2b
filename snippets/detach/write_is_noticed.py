import torch

x = torch.tensor([2.0], requires_grad=True)
z = x.detach()
y = x * x
print(f"{x._version = }, {z._version = }")

z[0] = 10.0
print(f"{x._version = }, {z._version = }")

y.backward()  # raises RuntimeError
