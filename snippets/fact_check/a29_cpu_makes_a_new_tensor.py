import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU

holds = {}
for case, device in {"another device": "lazy", "the CPU": "cpu"}.items():
    w = torch.tensor([1.0], device=device)
    z = w.cpu()
    print(f"{w.device = }, {z.device = }, {z is w = }")
    holds[f"from {case}"] = z is not w and z.device.type == "cpu"
print(f"{holds = }")
