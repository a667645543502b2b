import torch

x = torch.tensor([[1.0, 2.0, 3.0]])
wide = x.expand(2, 3)

copied = wide.clone()
copied.add_(1)
print(f"{copied.stride() = }")

wide.add_(1)  # raises RuntimeError
