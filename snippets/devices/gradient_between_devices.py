import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()
w = torch.tensor([1.0], device="lazy", requires_grad=True)
v = torch.tensor([7.0], device="cpu", requires_grad=True)

y = w * 2
z = y.cpu()
(v * z).backward()

print(f"{z is y = }")
print(f"{z = }")
print(f"{w.grad = }")
print(f"{v.grad = }")
