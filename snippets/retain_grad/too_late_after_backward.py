import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()

y = x * v
y.backward()
v.retain_grad()

print(f"{v.retains_grad = }")
print(f"{v.grad = }")
