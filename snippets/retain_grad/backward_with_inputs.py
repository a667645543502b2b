import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()

y = x * v
y.backward(inputs=[v])

print(f"{v.is_leaf = }")
print(f"{v.grad = }")
print(f"{w.grad = }")
