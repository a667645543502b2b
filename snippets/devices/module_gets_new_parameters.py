import torch

layer = torch.nn.Linear(2, 1)
weight = layer.weight
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
layer.to("meta")

print(f"{layer.weight is weight = }")
print(f"{optimizer.param_groups[0]['params'][0] is weight = }")
