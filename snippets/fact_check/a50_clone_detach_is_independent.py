import torch

w = torch.tensor([4.0], requires_grad=True)
t = torch.tensor([7.0], requires_grad=True)
v = w.clone()
z = v.detach()
(z * t).backward()
z[0] = 5.0

print(f"{w = }, {w.grad = }")
print(f"{v = }")
holds = {
    "of w": w.item() == 4.0 and w.grad is None,
    "of v, the clone": v.item() == 4.0,
}
print(f"{holds = }")
