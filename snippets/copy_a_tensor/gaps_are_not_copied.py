import torch

x = torch.arange(6.0)
every_second = x[::2]

print(f"{every_second.stride() = }")
print(f"{every_second.detach().clone().stride() = }")
