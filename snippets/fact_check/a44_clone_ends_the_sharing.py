import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()
s = z.clone()
z[0] = 2.0

print(f"{w = }")
print(f"{s = }")
holds = w.item() == 2.0 and s.item() == 1.0
print(f"{holds = }")
