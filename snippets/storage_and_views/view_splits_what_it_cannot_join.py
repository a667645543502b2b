import torch

x = torch.zeros(4, 3).t()

print(f"{x.shape = }, {x.stride() = }")
print(f"{x.view(3, 2, 2).stride() = }")
print(f"{x.is_contiguous() = }")
