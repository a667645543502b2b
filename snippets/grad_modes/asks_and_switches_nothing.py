import torch

print(f"{torch.is_grad_enabled() = }")
with torch.no_grad():
    print(f"{torch.is_grad_enabled() = }")
print(f"{torch.is_grad_enabled() = }")

x = torch.tensor(2.0, requires_grad=True)
torch.is_grad_enabled()
print(f"{(x * x).requires_grad = }")
