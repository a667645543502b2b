import torch

x = torch.tensor([2.0])
z = x.numpy()
print(f"{x = }, {z = }")

z[0] = 7.0
print(f"{x = }, {z = }")

x[0] = 5.0
print(f"{x = }, {z = }")
