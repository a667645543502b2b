# %% before
import torch

x = torch.arange(4.0)
square = x.view(2, 2)
print(f"{square._base is x = }")

# %% after
x.data = torch.tensor([7.0, 8.0])
print(f"{x = }")
print(f"{square = }")
print(f"{square._base is x = }")
