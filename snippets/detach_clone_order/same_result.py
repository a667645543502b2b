import torch

w = torch.tensor([1.0], requires_grad=True)
w.backward()

s = w.detach().clone()
z = w.clone().detach()

print(f"{s = }, {z = }")
print(f"{s.requires_grad = }, {z.requires_grad = }")
print(f"{s.grad_fn = }, {z.grad_fn = }")
print(f"{s.is_leaf = }, {z.is_leaf = }")

print(f"{s.data_ptr() == w.data_ptr() = }")
print(f"{z.data_ptr() == w.data_ptr() = }")

print(f"{w.grad = }")
print(f"{s.grad = }, {z.grad = }")
