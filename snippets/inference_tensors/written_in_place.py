import torch

with torch.inference_mode():
    t = torch.ones(3)
    t.add_(1)
print(f"{t = }")

t.add_(1)  # raises RuntimeError
