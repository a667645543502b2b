import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
h = w * 2
h.requires_grad_(False)  # raises RuntimeError
