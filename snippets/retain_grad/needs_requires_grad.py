import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()
print(f"{z.requires_grad = }")

z.retain_grad()  # raises RuntimeError
