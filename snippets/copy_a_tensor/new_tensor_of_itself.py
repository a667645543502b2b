import torch

x = torch.tensor([2.0], requires_grad=True)
a = x.new_tensor(x, requires_grad=True)
b = x.detach().clone().requires_grad_(True)

print(f"{a = }, {b = }")
print(f"{a.is_leaf = }, {b.is_leaf = }")
print(f"{a.data_ptr() == x.data_ptr() = }")
print(f"{b.data_ptr() == x.data_ptr() = }")

(a + b).backward()
print(f"{a.grad = }, {b.grad = }")
print(f"{x.grad = }")
