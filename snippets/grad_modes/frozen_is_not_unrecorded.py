# %% frozen
import torch

torch.manual_seed(0)
before = torch.nn.Linear(3, 4)
after = torch.nn.Linear(4, 1)
x = torch.randn(2, 3)

after.requires_grad_(False)
loss = after(before(x)).mean()
loss.backward()
print(f"{after.weight.grad = }")
print(f"{before.weight.grad is None = }")

# %% unrecorded
hidden = before(x)
with torch.no_grad():
    loss = after(hidden).mean()
print(f"{loss.requires_grad = }")
