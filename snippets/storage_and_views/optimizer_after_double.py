import torch

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.Adam(model.parameters())
model(torch.ones(1, 2)).sum().backward()
optimizer.step()

model.double()
weight = optimizer.param_groups[0]["params"][0]
print(f"{weight is model.weight = }, {weight.dtype = }")
print(f"{optimizer.state[weight]['exp_avg'].dtype = }")

optimizer.zero_grad()
model(torch.ones(1, 2, dtype=torch.double)).sum().backward()
optimizer.step()  # raises RuntimeError
