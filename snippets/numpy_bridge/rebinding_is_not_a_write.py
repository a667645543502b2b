import torch

x = torch.tensor([2.0])
a = x.numpy()

a += 1
print(f"{x = }, {a = }")

a = a + 1
print(f"{x = }, {a = }")
