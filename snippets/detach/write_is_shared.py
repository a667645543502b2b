# %% before
import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()

# %% write-to-z
z[0] = 2.0
print(f"{w = }")

# %% write-to-w
with torch.no_grad():
    w[0] = 5.0
print(f"{z = }")
