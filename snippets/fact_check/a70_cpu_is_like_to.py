import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU

w = torch.tensor([1.0], requires_grad=True)
u = torch.tensor([1.0], device="lazy", requires_grad=True)

print(f"{u.cpu() = }")
print(f"{u.to('cpu') = }")
holds = {
    "from another device": repr(u.cpu()) == repr(u.to("cpu")),
    "from the CPU": w.cpu() is w and w.to("cpu") is w,
}
print(f"{holds = }")
