import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU

holds = {}
for case, device in {"another device": "lazy", "the CPU": "cpu"}.items():
    x = torch.tensor([1.0], device=device)
    v = x.cpu()
    v[0] = 7.0
    print(f"{x = }, {v = }")
    holds[f"from {case}"] = x.item() == 1.0
print(f"{holds = }")
