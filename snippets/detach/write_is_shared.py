import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()

z[0] = 2.0
print(f"{w = }")

with torch.no_grad():
    w[0] = 5.0
print(f"{z = }")
