import torch

x = torch.zeros(2, 3)
a = x.reshape(-1)
b = x.t().reshape(-1)

a[0] = 1.0
b[1] = 2.0
print(f"{x = }")
print(f"{b = }")
