import torch

x = torch.tensor([2.0], requires_grad=True)
y = x * x
(right,) = torch.autograd.grad(y, x, retain_graph=True)

x.data[0] = 10.0
(wrong,) = torch.autograd.grad(y, x)

print(f"{x._version = }")
print(f"{right = }")
print(f"{wrong = }")
