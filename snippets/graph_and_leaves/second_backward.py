import torch

w = torch.tensor([1.0], requires_grad=True)
y = w * w
y.backward()
y.backward()  # raises RuntimeError
