import torch

w = torch.tensor([1.0], requires_grad=True)

print(f"{w.detach().is_leaf = }")
holds = w.detach().is_leaf
print(f"{holds = }")
