import torch
from torch import nn

model = nn.Linear(2, 1)
with torch.no_grad():
    flags = [p.requires_grad for p in model.parameters()]
print(f"{flags = }")

holds = not any(flags)
print(f"{holds = }")
