import copy

import torch

w = torch.tensor([1.0], requires_grad=True)
y = 2 * w

copy.deepcopy(y)  # raises RuntimeError
