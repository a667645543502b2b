import torch

x = torch.tensor([1.0, 2.0])
w = torch.tensor([3.0, 4.0], requires_grad=True)

print(f"{(x * x).requires_grad = }")
print(f"{(x * w).requires_grad = }")
print(f"{(x * w.detach()).requires_grad = }")
print(f"{(w > 3).requires_grad = }")
print(f"{w.long().requires_grad = }")
with torch.no_grad():
    print(f"{(x * w).requires_grad = }")
