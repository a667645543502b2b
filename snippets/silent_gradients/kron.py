import torch

a = torch.tensor([2.0])
w = torch.tensor([3.0], requires_grad=True)
y = torch.kron(a, w)

a.mul_(5)
print(f"{a._version = }")
y.backward()
print(f"{w.grad = }")
