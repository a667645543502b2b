import torch

x = torch.tensor([2.0])
a = torch.tensor(x)
b = x.new_tensor(x)

print(f"{a = }, {b = }")
