import torch

print(f"{callable(torch.is_grad_enabled) = }")

holds = torch.is_grad_enabled() is True
print(f"{holds = }")
