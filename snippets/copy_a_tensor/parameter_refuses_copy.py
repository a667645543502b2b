import torch

saved = torch.tensor([1.0, 2.0])
w = torch.tensor([11.0, 12.0], requires_grad=True)

w.copy_(saved)  # raises RuntimeError
