# needs: cuda
import torch

w = torch.tensor([1.0], device="cuda", requires_grad=True)
v = w.cpu()
print(f"{v = }")
print(f"{w.to('cpu') = }")

v[0] = 7.0
print(f"{w = }")
print(f"{v = }")
