import torch

torch.manual_seed(0)
encoder = torch.nn.Linear(3, 4)
scale = torch.ones(2, requires_grad=True)

with torch.no_grad():
    mean, deviation = encoder(torch.ones(1, 3)).chunk(2, dim=-1)

y = mean * scale
mean.mul_(scale)  # raises RuntimeError
