import torch

x = torch.tensor([1.0, 2.0])
y = torch.tensor([7.0, 8.0])
z = x.detach()

z.set_(y)
z[0] = 5.0
print(f"{x = }")
print(f"{y = }")
