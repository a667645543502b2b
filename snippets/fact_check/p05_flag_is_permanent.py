import torch

x = torch.tensor(2.0, requires_grad=True)
x.requires_grad = False
switched_off = (x * x).requires_grad
x.requires_grad = True
switched_on = (x * x).requires_grad
print(f"{switched_off = }, {switched_on = }")

holds = not switched_off and not switched_on
print(f"{holds = }")
