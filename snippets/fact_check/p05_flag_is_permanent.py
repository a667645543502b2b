import torch

x = torch.tensor(2.0, requires_grad=True)
x.requires_grad = False
off = (x * x).requires_grad
x.requires_grad = True
on_again = (x * x).requires_grad
print(f"{off = }, {on_again = }")

holds = not on_again
print(f"{holds = }")
