import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone()

print(f"{v = }")
print(f"{v.data_ptr() == w.data_ptr() = }")
print(f"{v.device == w.device = }")
print(f"{v.requires_grad = }")

v.backward()
print(f"{w.grad = }")
