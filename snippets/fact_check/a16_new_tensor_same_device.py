import torch

holds = {}
for device in ("cpu", "meta"):
    w = torch.ones(1, device=device, requires_grad=True)
    v = w.clone()
    print(f"{v is w = }, {v.device = }")
    holds[device] = v is not w and v.device == w.device
print(f"{holds = }")
