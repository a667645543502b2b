from copy import deepcopy

from torch import nn

model = nn.Linear(1, 1)
nn.init.constant_(model.weight, 1.0)
saved = {
    "dict(...)": dict(model.state_dict()),
    "copy()": model.state_dict().copy(),
    "deepcopy(...)": deepcopy(model.state_dict()),
}
nn.init.constant_(model.weight, 9.0)

holds = {name: s["weight"].item() == 1.0 for name, s in saved.items()}
print(f"{holds = }")
