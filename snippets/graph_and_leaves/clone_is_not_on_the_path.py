import torch

w = torch.tensor([1.0], requires_grad=True)
y = w * 3
v = w.clone()
torch.autograd.grad(y, v)  # raises RuntimeError
