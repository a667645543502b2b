import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
v = w.clone()
y = x * v + b
y.backward()

found = [a.grad for a in (x, w, v, b, y)]
print(f"{found = }")
holds = repr(found) == "[None, tensor([2.]), None, tensor([1.]), None]"
print(f"{holds = }")
