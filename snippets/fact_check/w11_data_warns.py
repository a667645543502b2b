import warnings

import torch

x = torch.ones(2, requires_grad=True)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    z = x.data
    z[0] = 5.0
print(f"{len(caught) = }, {x = }")

holds = len(caught) > 0
print(f"{holds = }")
