# %% before
import torch

w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
x = w * 2
row = x[0]
print(f"{x.grad_fn.name() = }")
print(f"{row.grad_fn.name() = }")

# %% write
row.mul_(5)
print(f"{x._version = }, {row._version = }")
print(f"{x.grad_fn.name() = }")
print(f"{row.grad_fn.name() = }")

# %% backward
x.sum().backward()
print(f"{w.grad = }")
