import torch

x = torch.tensor([1.0])
v = x.cpu()

v[0] = 7.0
print(f"{x = }")
print(f"{v = }")
