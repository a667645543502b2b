from copy import deepcopy

import torch
from torch import nn

model = nn.Linear(1, 1)
nn.init.constant_(model.weight, 1.0)
as_dict = dict(model.state_dict())
copied = model.state_dict().copy()
kept = deepcopy(model.state_dict())
nn.init.constant_(model.weight, 9.0)
print(f"{kept['weight'] = }")

one = torch.tensor([[1.0]])
holds = {
    "dict(...)": torch.equal(as_dict["weight"], one),
    "copy()": torch.equal(copied["weight"], one),
}
print(f"{holds = }")
