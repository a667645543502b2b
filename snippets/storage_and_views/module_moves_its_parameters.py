import torch

model = torch.nn.Linear(2, 1, bias=False)
weight = model.weight
row = weight.detach()[0]

model.double()
print(f"{model.weight is weight = }")
print(f"{weight.dtype = }, {row.dtype = }")

with torch.no_grad():
    weight.fill_(7.0)
print(f"{weight = }")
print(f"{(row == 7.0).any().item() = }")
