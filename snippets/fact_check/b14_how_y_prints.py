import torch

x = torch.tensor(2.0, requires_grad=True)
y = x * x
printed = f"y = {y}"
print(printed)
print(y)

holds = printed == "y = torch.tensor(4., grad_fn=<MulBackward>)"
print(f"{holds = }")
