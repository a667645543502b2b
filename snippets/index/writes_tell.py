import torch

x = torch.tensor([1.0, 2.0])
a = x.detach()
b = x.clone()

x[0] = 7.0
print(f"{a = }")
print(f"{b = }")
