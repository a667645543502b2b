# %% gradient
import torch

w = torch.tensor([1.0], requires_grad=True)
one = torch.ones(1)
v = w.clone()
u = w * one

(through_clone,) = torch.autograd.grad(v, w)
(through_mul,) = torch.autograd.grad(u, w, retain_graph=True)
print(f"{torch.equal(v, u) = }")
print(f"{torch.equal(through_clone, through_mul) = }")
print(f"{u.data_ptr() == w.data_ptr() = }")

# %% node
print(f"{v.grad_fn.name() = }")
print(f"{[a for a in dir(v.grad_fn) if 'saved' in a] = }")

print(f"{u.grad_fn.name() = }")
print(f"{u.grad_fn._saved_other.data_ptr() == one.data_ptr() = }")

# %% dtype
mask = torch.tensor([True])
print(f"{mask.clone().dtype = }")
print(f"{(mask * 1).dtype = }")
