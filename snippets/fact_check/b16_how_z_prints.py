import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1
printed = f"z = {z}"
print(printed)
print(z)

holds = printed == "z = torch.tensor(5.)"
print(f"{holds = }")
