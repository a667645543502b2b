import torch

w = torch.tensor([1.0], requires_grad=True)
y = w * 3
torch.autograd.grad(y, w.detach())  # raises RuntimeError
