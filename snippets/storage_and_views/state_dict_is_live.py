import copy

import torch

model = torch.nn.Linear(1, 1, bias=False)
torch.nn.init.ones_(model.weight)
states = {
    "state_dict()": model.state_dict(),
    "dict(state_dict())": dict(model.state_dict()),
    "state_dict().copy()": model.state_dict().copy(),
    "deepcopy(state_dict())": copy.deepcopy(model.state_dict()),
    "clone() of each": {k: v.clone() for k, v in model.state_dict().items()},
}

with torch.no_grad():
    model.weight.fill_(9.0)
for how, state in states.items():
    print(f"{how:22} {state['weight'].item()}")
