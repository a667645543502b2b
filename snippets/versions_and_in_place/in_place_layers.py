import torch
from torch import nn

torch.manual_seed(0)
x = torch.ones(1, 4)

model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(inplace=True))
model(x).sum().backward()
print(f"{model[0].weight.grad is not None = }")

model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Dropout(inplace=True))
model(x).sum().backward()  # raises RuntimeError
