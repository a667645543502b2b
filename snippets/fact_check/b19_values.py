import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1
print(f"{y.item() = }, {z.item() = }")

holds = y.item() == 4.0 and z.item() == 5.0
print(f"{holds = }")
