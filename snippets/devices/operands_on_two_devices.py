import torch

x = torch.ones(2, device="meta")
c = torch.ones(2, device="cpu")

y = x + c  # raises RuntimeError
