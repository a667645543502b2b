import torch

w = torch.tensor([3.0], requires_grad=True)
t = torch.tensor([2.0])
y = w * t

t.numpy()[0] = 10.0
torch.autograd.graph.increment_version(t)
y.backward()  # raises RuntimeError
