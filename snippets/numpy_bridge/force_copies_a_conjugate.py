import torch

x = torch.tensor([1.0 + 2.0j])
z = x.conj()
a = z.numpy(force=True)

x[0] = 7.0
print(f"{z = }")
print(f"{a = }")
