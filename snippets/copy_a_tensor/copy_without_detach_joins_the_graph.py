import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)
buffer = torch.zeros(2)

buffer.copy_(w)

print(f"{buffer.requires_grad = }, {buffer.is_leaf = }")
