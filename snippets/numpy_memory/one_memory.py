# %% before
import numpy as np
import torch

a = np.arange(6.0)
x = torch.from_numpy(a).view(2, 3)
row = x[1].numpy()

# %% after
row[0] = 7.0
print(f"{a = }")
print(f"{x = }")
