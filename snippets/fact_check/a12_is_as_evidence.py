import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b

z = w.detach()
same = w  # no new tensor

print(f"{z is y = }")
print(f"{same is y = }")
holds = (z is y) != (same is y)
print(f"{holds = }")
