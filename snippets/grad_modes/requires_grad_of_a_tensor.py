import torch

x = torch.tensor(2.0)
x.requires_grad = True
y = x * x
print(f"{y.requires_grad = }")

with torch.no_grad():
    z = x * x
    print(f"{x.requires_grad = }, {z.requires_grad = }")
    w = torch.ones(2, requires_grad=True)
    print(f"{w.requires_grad = }")
