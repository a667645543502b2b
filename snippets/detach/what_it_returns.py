import torch

w = torch.tensor([1.0], requires_grad=True)
z = w.detach()

print(f"{z = }")
print(f"{z is w = }")
print(f"{z.data_ptr() == w.data_ptr() = }")
print(f"{z.shape == w.shape = }")
print(f"{z.device == w.device = }")
print(f"{z.requires_grad = }")
print(f"{z.grad_fn = }")
print(f"{z.is_leaf = }")
print(f"{z.grad = }")
