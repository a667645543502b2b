import torch

torch.no_grad()
print(f"{torch.is_grad_enabled() = }")

torch.set_grad_enabled(False)
print(f"{torch.is_grad_enabled() = }")

torch.set_grad_enabled(True)
print(f"{torch.is_grad_enabled() = }")

with torch.set_grad_enabled(False):
    print(f"{torch.is_grad_enabled() = }")
print(f"{torch.is_grad_enabled() = }")
