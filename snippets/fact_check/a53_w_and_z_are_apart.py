import torch

x = torch.tensor([2.0])
w = torch.tensor([4.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
v = w.clone()
z = v.detach()
y = x * v + b

t = torch.tensor([7.0], requires_grad=True)
c = torch.tensor([9.0], requires_grad=True)
u = z * t + c
through_y, through_u = (
    torch.autograd.grad(result, w, allow_unused=True)[0] for result in (y, u)
)

z[0] = 5.0
unmoved = w.item() == 4.0
w.detach()[0] = 6.0
print(f"{w = }, {v = }, {z = }")
print(f"{through_y = }, {through_u = }")
holds = {
    "values": unmoved and z.item() == 5.0,
    "gradient": through_y is not None and through_u is None,
}
print(f"{holds = }")
