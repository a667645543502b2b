import torch

w = torch.ones(1, device="meta", requires_grad=True)

w.numpy()  # raises TypeError
