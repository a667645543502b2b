import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
y = x * w
(right,) = torch.autograd.grad(y, w, retain_graph=True)

x.numpy()[0] = 10.0
(wrong,) = torch.autograd.grad(y, w, retain_graph=True)
print(f"{x._version = }")
print(f"{right = }")
print(f"{wrong = }")

x[0] = 10.0
print(f"{x._version = }")
torch.autograd.grad(y, w)  # raises RuntimeError
