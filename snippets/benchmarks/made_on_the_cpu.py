import torch

print(f"{torch.randn(4).device = }")
