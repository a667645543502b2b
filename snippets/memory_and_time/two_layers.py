# %% recorded
import torch

torch.manual_seed(0)
first, second = torch.nn.Linear(3, 4), torch.nn.Linear(4, 1)
x = torch.randn(2, 3)

hidden = first(x).relu()
y = second(hidden)
print(f"{y.grad_fn is None = }")

# %% not-recorded
with torch.no_grad():
    hidden = first(x).relu()
    z = second(hidden)
print(f"{z.grad_fn is None = }, {torch.equal(y, z) = }")
