from torch import nn

model = nn.Linear(1, 1)
nn.init.constant_(model.weight, 1.0)
best_state = model.state_dict()
nn.init.constant_(model.weight, 9.0)
print(f"{best_state['weight'] = }")

holds = best_state["weight"].item() == 1.0
print(f"{holds = }")
