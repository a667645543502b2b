import torch

x = torch.tensor([2.0])
w = torch.tensor([4.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
v = w.clone()
z = v.detach()
y = x * v + b
y.backward()

t = torch.tensor([7.0], requires_grad=True)
c = torch.tensor([9.0], requires_grad=True)
u = z * t + c
u.backward()

found = [a.grad and a.grad.item() for a in (x, w, b, y, v, z, t, c, u)]
print(f"{found = }")
holds = found == [None, 2.0, 1.0, None, None, None, 4.0, 1.0, None]
print(f"{holds = }")
