import torch

w = torch.tensor([1.0], requires_grad=True)
y = w + 3.0
z = w.detach()

print(f"{z is y = }")
print(f"{w is y = }")

print(f"{z is w = }")
print(f"{z.data_ptr() == w.data_ptr() = }")
