import torch

w = torch.ones(2, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
w.sum().backward()
optimizer.step()
print(f"{w = }")

w.requires_grad_(False)
optimizer.step()
print(f"{w = }")

optimizer.zero_grad()
optimizer.step()
print(f"{w = }")
