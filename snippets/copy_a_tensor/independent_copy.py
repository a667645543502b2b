import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
saved = w.detach().clone()

with torch.no_grad():
    w += 10.0

print(f"{w = }")
print(f"{saved = }")
print(f"{saved.requires_grad = }")
