import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()
w = torch.tensor([1.0], device="lazy", requires_grad=True)
v = w.cpu()
print(f"{v = }")
print(f"{w.to('cpu') = }")

v[0] = 7.0
print(f"{w = }")
print(f"{v = }")
