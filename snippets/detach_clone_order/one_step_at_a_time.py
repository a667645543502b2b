# %% detach-first
import torch

w = torch.tensor([1.0], requires_grad=True)

d = w.detach()
s = d.clone()
print(f"{d.grad_fn = }, {s.grad_fn = }")
print(f"{d.data_ptr() == w.data_ptr() = }")
print(f"{s.data_ptr() == d.data_ptr() = }")

# %% clone-first
v = w.clone()
z = v.detach()
print(f"{v.grad_fn.name() = }, {z.grad_fn = }")
print(f"{v.data_ptr() == w.data_ptr() = }")
print(f"{z.data_ptr() == v.data_ptr() = }")
