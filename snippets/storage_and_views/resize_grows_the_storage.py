import torch

x = torch.arange(4.0)
z = x.detach()

z.resize_(2, 2)
print(f"{x.shape = }, {z.shape = }")

z.resize_(2)
print(f"{z = }, {z.untyped_storage().nbytes() = }")

z.resize_(6)
print(f"{x.untyped_storage().nbytes() = }")
z[0] = 7.0
print(f"{x = }")
