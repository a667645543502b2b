import torch
from torch import nn

model = nn.Linear(3, 1)
data = torch.ones(4, 3)

torch.is_grad_enabled()
prediction = model(data)
print(f"{torch.is_grad_enabled() = }")
print(f"{prediction.requires_grad = }")

holds = not prediction.requires_grad
print(f"{holds = }")
