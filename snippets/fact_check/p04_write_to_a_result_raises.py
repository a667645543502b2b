import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 2
y.add_(1)
try:
    y.sum().backward()
except RuntimeError as error:
    message = str(error)
else:
    message = ""
print(f"{message = }, {x.grad = }")

holds = message != ""
print(f"{holds = }")
