import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
y = x * w

w.detach()[0] = 7.0
y.backward()

print(f"{w.grad = }")
print(f"{y = }")
print(f"{x * w = }")
