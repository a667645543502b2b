# %% whole
import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b

# %% cut
z = w.detach()
u = x * z + b
u.backward()

print(f"{w.grad = }")
print(f"{b.grad = }")
print(f"{w.requires_grad = }")
