# %% before
import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x * x

# %% inside
with torch.no_grad():
    print(f"{y.requires_grad = }, {y.grad_fn is None = }")
    y.backward(retain_graph=True)
print(f"{x.grad = }")

# %% create-graph
with torch.no_grad():
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    print(f"{g.requires_grad = }")
with torch.inference_mode():
    (h,) = torch.autograd.grad(y, x, create_graph=True)
    print(f"{h.requires_grad = }")
print(f"{torch.autograd.grad(g, x) = }")
