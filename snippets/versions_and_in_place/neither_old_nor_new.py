import torch

x = torch.tensor([2.0], requires_grad=True)
y = x * x * x
(at_old_value,) = torch.autograd.grad(y, x, retain_graph=True)

x.data[0] = 10.0
(wrong,) = torch.autograd.grad(y, x)
(at_new_value,) = torch.autograd.grad(x * x * x, x)

print(f"{at_old_value = }")
print(f"{wrong = }")
print(f"{at_new_value = }")
