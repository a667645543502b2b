import torch

for call in ("tensor_split", "unsafe_chunk"):
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    h = w * 1
    parts = getattr(h, call)(2)
    parts[0].mul_(5)
    h.sum().backward()
    print(f"{call}: {h = }")
    print(f"{call}: {w.grad = }")
