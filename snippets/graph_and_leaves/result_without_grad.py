import torch

w = torch.tensor([3.0, 4.0], requires_grad=True)

print(f"{torch.zeros_like(w).requires_grad = }")
print(f"{torch.histc(w, bins=2).requires_grad = }")
print(f"{torch.special.bessel_j0(w).requires_grad = }")
