import torch

seen = [torch.is_grad_enabled() for _ in range(3)]
print(f"{seen = }")

try:
    torch.is_grad_enabled(False)
except TypeError as error:
    print(f"TypeError: {error}")
print(f"{torch.is_grad_enabled() = }")

holds = not torch.is_grad_enabled()
print(f"{holds = }")
