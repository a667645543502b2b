import copy

import torch

w = torch.ones(1, requires_grad=True)
optimizer = torch.optim.Adam([w])
w.grad = torch.ones(1)
optimizer.step()

best = copy.deepcopy(optimizer.state_dict())
print(f"{best['state'][0]['exp_avg'] = }")

optimizer.load_state_dict(best)
optimizer.step()
print(f"{best['state'][0]['exp_avg'] = }")
