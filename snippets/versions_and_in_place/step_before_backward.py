import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

out = model(torch.ones(1, 2))
first = out.square().mean()
second = (out - 1).square().mean()

first.backward(retain_graph=True)
optimizer.step()
print(f"{model[2].weight._version = }")
second.backward()  # raises RuntimeError
