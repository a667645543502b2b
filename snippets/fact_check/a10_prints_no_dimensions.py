import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()

print(f"{z = }")
print(f"{z.shape == w.shape = }")
holds = repr(z) == "tensor(1.)"
print(f"{holds = }")
