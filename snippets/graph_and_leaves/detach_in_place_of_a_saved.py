import torch

w = torch.tensor([1.0], requires_grad=True)
h = w * 2
y = h * h
h.detach_()
y.backward()  # raises RuntimeError
