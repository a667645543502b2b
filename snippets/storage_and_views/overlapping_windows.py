import torch

x = torch.zeros(5)
windows = x.unfold(0, 3, 1)
print(f"{windows.shape = }, {windows.stride() = }")

windows.add_(1)
print(f"{torch.equal(x, torch.ones(5)) = }")
