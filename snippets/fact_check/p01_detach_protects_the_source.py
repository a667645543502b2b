import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x.detach()
y.add_(1)
print(f"{x = }")

holds = torch.equal(x, torch.tensor([1.0, 2.0, 3.0]))
print(f"{holds = }")
