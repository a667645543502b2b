import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU

w = torch.tensor([1.0], device="lazy", requires_grad=True)
v = torch.tensor([7.0], device="cpu", requires_grad=True)
f = v * w.cpu()
f.backward()

print(f"{f.device = }")
print(f"{w.grad = }, {v.grad = }")
holds = w.grad.item() == 7.0 and w.grad.device == w.device
print(f"{holds = }")
