import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU

holds = {}
for case, device in {"another device": "lazy", "the CPU": "cpu"}.items():
    w = torch.tensor([1.0], device=device, requires_grad=True)
    v = w.cpu()
    try:
        v[0] = 7.0
    except RuntimeError as error:
        print(error)
    print(f"{v = }")
    holds[f"from {case}"] = repr(v) == "tensor([7.], grad_fn=<CopySlices>)"
print(f"{holds = }")
