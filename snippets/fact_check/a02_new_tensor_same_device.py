import torch

holds = {}
for device in ("cpu", "meta"):
    w = torch.ones(1, device=device, requires_grad=True)
    z = w.detach()
    print(f"{z is w = }, {z.device = }")
    holds[device] = z is not w and z.device == w.device
print(f"{holds = }")
