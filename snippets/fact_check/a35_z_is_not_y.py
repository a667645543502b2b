import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU

holds = {}
for case, device in {"another device": "lazy", "the CPU": "cpu"}.items():
    w = torch.tensor([1.0], device=device, requires_grad=True)
    y = 2 * w
    z = y.cpu()
    print(f"{y.device = }, {z is y = }")
    holds[f"from {case}"] = z is not y
print(f"{holds = }")
