import torch

x = torch.tensor(2.0, requires_grad=True)

with torch.no_grad():
    part = x * x
y = x * part
y.backward()
print(f"{part.requires_grad = }, {y.requires_grad = }")
print(f"{x.grad = }")

torch.set_grad_enabled(False)
whole = x * x * x
print(f"{whole.requires_grad = }")

holds = not whole.requires_grad and x.grad.item() == part.item()
print(f"{holds = }")
