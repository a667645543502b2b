import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.cpu()

v[0] = 7.0  # raises RuntimeError
