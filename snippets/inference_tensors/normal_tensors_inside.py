# %% inside
import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x.exp()

with torch.inference_mode():
    v = y.detach()
    v.mul_(10)
    print(f"{v.is_inference() = }")
    print(f"{y._version = }")

# %% backward
y.sum().backward()  # raises RuntimeError
