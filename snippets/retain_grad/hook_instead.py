import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
seen = []
v.register_hook(seen.append)

y = x * v
y.backward()

print(f"{seen = }")
print(f"{w.grad = }")
