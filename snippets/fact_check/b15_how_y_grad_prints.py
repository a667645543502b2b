import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
printed = f"y.grad = {y.grad}"
print(printed)

holds = printed == "y.grad = torch.tensor(4.)"
print(f"{holds = }")
