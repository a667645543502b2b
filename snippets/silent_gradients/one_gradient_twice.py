import torch

a = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([1.0], requires_grad=True)
of_a, of_b = torch.autograd.grad(a + b, (a, b))
print(f"{of_a is of_b = }")

of_a.mul_(0.1)
print(f"{of_b = }")
