import torch

with torch.inference_mode():
    t = torch.ones(3)

torch.nn.Parameter(t)  # raises RuntimeError
