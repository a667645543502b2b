import torch

w = torch.tensor([2.0], requires_grad=True)
h = w * 3
h.detach().clamp_(max=1.0)
y = h * h
y.backward()
print(f"{y = }")
print(f"{w.grad = }")

w.grad = None
h = (w * 3).clamp(max=1.0)
y = h * h
y.backward()
print(f"{y = }")
print(f"{w.grad = }")
