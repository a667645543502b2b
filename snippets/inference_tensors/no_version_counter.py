import torch

with torch.inference_mode():
    t = torch.ones(3)

print(t._version)  # raises RuntimeError
