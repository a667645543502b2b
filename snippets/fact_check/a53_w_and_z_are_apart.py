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
z[0] = 5.0

print(f"{w = }, {z = }")
print(f"{w.grad = }")
holds = {
    "values": w.item() == 4.0,
    "gradient": torch.equal(w.grad, x),  # from y alone
}
print(f"{holds = }")
