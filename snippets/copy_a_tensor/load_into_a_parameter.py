import torch

saved = torch.tensor([1.0, 2.0])
w = torch.tensor([11.0, 12.0], requires_grad=True)

with torch.no_grad():
    w.copy_(saved)

print(f"{w = }")
print(f"{w.is_leaf = }")
