import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
y = v * 3
print(torch.autograd.grad(y, (w, v)))

u = w.clone()
y = w * 3
print(torch.autograd.grad(y, (w, u), allow_unused=True))
