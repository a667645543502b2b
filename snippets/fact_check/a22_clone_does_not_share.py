import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
v[0] = 7.0

print(f"{w = }")
print(f"{v = }")
holds = w.item() == 1.0 and v.item() == 7.0
print(f"{holds = }")
