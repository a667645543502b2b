import torch

x = torch.tensor([2.0])
w = torch.tensor([4.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
z = w.detach()
y = x * w + b
y.backward()
after_y = w.grad.item()

t = torch.tensor([7.0], requires_grad=True)
c = torch.tensor([9.0], requires_grad=True)
u = z * t + c
u.backward()

print(f"{w.grad = }, {t.grad = }")
holds = {
    "y sends a gradient to w": after_y == 2.0,
    "u sends none": w.grad.item() == after_y,
}
print(f"{holds = }")
