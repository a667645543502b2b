import torch

layer = torch.nn.Linear(2, 1)
weight = layer.weight
layer.to(torch.float64)

print(f"{layer.weight is weight = }")
print(f"{weight.dtype = }")
print(f"{weight.is_leaf = }")
