import torch
from torch import nn

model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model(torch.ones(2)).backward()
optimizer.zero_grad()
grad = model.weight.grad
print(f"{grad = }")

holds = grad is not None and torch.equal(grad, torch.zeros(1, 2))
print(f"{holds = }")
