from copy import copy

import torch

x = torch.tensor([2.0])
y = copy(x)
y.fill_(10.0)
print(f"{x = }")
print(f"{x._version = }, {y._version = }")

holds = y is x
print(f"{holds = }")
