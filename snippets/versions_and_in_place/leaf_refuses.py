import torch

w = torch.tensor([1.0], requires_grad=True)
w += 1  # raises RuntimeError
