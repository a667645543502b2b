import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()
before = w._version
z[0] = 2
print(f"{before = }, {z._version = }, {w._version = }")

holds = z._version == w._version == before + 1
print(f"{holds = }")
