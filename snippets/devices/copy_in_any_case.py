import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.to("cpu", copy=True)

print(f"{v.data_ptr() == w.data_ptr() = }")
print(f"{v.is_leaf = }")

v.backward()
print(f"{w.grad = }")
