import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU

holds = {}
for case, device in {"another device": "lazy", "the CPU": "cpu"}.items():
    w = torch.tensor([1.0], device=device, requires_grad=True)
    (7 * w.cpu()).backward()
    print(f"{w.grad = }")
    holds[f"from {case}"] = w.grad.item() == 7.0
print(f"{holds = }")
