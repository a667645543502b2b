import torch

w = torch.tensor([1.0], requires_grad=True)

with torch.no_grad():
    a = w.numpy()

a[0] = 7.0
print(f"{w = }")
