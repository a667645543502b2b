# %% calculation
import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
v.retain_grad()
y = x * w + v
y.backward()

print(f"{v = }")
print(f"{y = }")
print(f"{x.grad = }")
print(f"{v.grad = }")
print(f"{w.grad = }")

# %% each-path
(direct,) = torch.autograd.grad(x * w, w)
(through_v,) = torch.autograd.grad(w.clone(), w)

print(f"{direct = }")
print(f"{through_v = }")
print(f"{torch.equal(direct + through_v, w.grad) = }")
