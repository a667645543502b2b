import copy

import torch

layer = torch.nn.Linear(1, 1)
layer(torch.ones(1)).backward()
twin = copy.deepcopy(layer)

print(f"{layer.weight.grad = }")
print(f"{twin.weight.grad = }")
print(f"{twin.weight.requires_grad = }")
