import torch
from torch import nn

model = nn.Linear(2, 1).eval()
model(torch.ones(2)).backward()
print(f"{model.weight.grad = }")

holds = model.weight.grad is None
print(f"{holds = }")
