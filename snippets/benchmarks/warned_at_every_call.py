# %% shown-once
import warnings

import torch

x = torch.tensor([2.0])
for _ in range(3):
    torch.tensor(x)

# %% raised-every-time
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(3):
        torch.tensor(x)

print(f"{len(caught) = }")
