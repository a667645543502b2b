import torch

arrived = []
x = torch.tensor(2.0, requires_grad=True)
y = x * x
y.register_hook(lambda grad: arrived.append(grad.item()))
with torch.no_grad():
    z = y + 1
(3 * y).backward()
print(f"{arrived = }")
y_grad, z_grad = y.grad, z.grad
print(f"{y_grad = }, {z_grad = }")

holds = {
    "z, made under no_grad": z_grad is None and not z.requires_grad,
    "y, not a leaf": y_grad is None and not arrived,
}
print(f"{holds = }")
