import torch

torch.no_grad()
print(f"{torch.is_grad_enabled() = }")

holds = not torch.is_grad_enabled()
print(f"{holds = }")
