import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
v = w.clone()
v.retain_grad()
y = x * w + v
y.backward()

found = [a.grad for a in (x, w, v, y)]
print(f"{found = }")
holds = repr(found) == "[None, tensor([3.]), tensor([1.]), None]"
print(f"{holds = }")
