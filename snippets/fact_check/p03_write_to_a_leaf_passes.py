import torch

x = torch.ones(5, requires_grad=True)
try:
    x.add_(1)
except RuntimeError as error:
    message = str(error)
else:
    message = ""
print(f"{message = }")

holds = message == ""
print(f"{holds = }")
