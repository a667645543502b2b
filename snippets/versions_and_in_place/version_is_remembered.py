# %% forward
import torch

x = torch.tensor([1.0, 4.0], requires_grad=True)
h = x * 2
y = h.sin()
print(f"{h._version = }")

# %% write
h += 1
print(f"{h._version = }")

# %% backward
y.sum().backward()  # raises RuntimeError
