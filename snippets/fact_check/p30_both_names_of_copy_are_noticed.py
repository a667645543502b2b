from copy import copy

import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
copy(x).detach().fill_(10.0)
print(f"{x = }, {x._version = }")
y.backward()
print(f"{x.grad = }")

holds = x.grad.item() == 4.0
print(f"{holds = }")
