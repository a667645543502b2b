import torch

w = torch.tensor([1.0], requires_grad=True)
s = w.detach().clone()
z = w.clone().detach()

s[0] = 7.0
z[0] = 8.0
with torch.no_grad():
    w[0] = 5.0

print(f"{w = }")
print(f"{s = }")
print(f"{z = }")
