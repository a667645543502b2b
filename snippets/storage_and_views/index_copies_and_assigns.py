import torch

x = torch.arange(4.0)

x[x > 1].zero_()
print(f"{x = }")

x[x > 1] = 0.0
print(f"{x = }")
