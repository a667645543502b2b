import torch

device = "cuda" if torch.cuda.is_available() else "cpu"

w = torch.tensor([1.0], device=device, requires_grad=True)
b = torch.tensor([3.0]).to(device).requires_grad_()
(w + b).backward()

print(f"{w.is_leaf = }, {w.grad.item() = }")
print(f"{b.is_leaf = }, {b.grad.item() = }")
