import torch

w = torch.tensor([3.0], requires_grad=True)
t = torch.tensor([2.0])
with torch.autograd.graph.save_on_cpu():
    y = w * t

t.mul_(5)
print(f"{t._version = }")
y.backward()
print(f"{w.grad = }")
