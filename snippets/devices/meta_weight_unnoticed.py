import torch

x = torch.ones(2, 2)
weight = torch.ones(2, 2, device="meta")
y = x @ weight

print(f"{y.device = }, {y.shape = }")
print(f"{weight.is_meta = }")
