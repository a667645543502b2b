import torch

x = torch.tensor(2.0, requires_grad=True)
(x * x).backward()
once = x.grad.item()
(x * x).backward()
twice = x.grad.item()
print(f"{once = }, {twice = }")

holds = twice == 2 * once
print(f"{holds = }")
