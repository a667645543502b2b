import torch
import torch._lazy.ts_backend

torch._lazy.ts_backend.init()  # a second device, without a GPU
x = torch.tensor([2.0], device="lazy")
w = torch.tensor([1.0], device="lazy", requires_grad=True)
b = torch.tensor([3.0], device="lazy", requires_grad=True)
y = x * w + b
y.retain_grad()
z = y.cpu()
z.retain_grad()
v = torch.tensor([7.0], requires_grad=True)
c = torch.tensor([4.0], requires_grad=True)
f = v * z + c
f.backward()

found = [a.grad and a.grad.item() for a in (x, w, b, y, z, v, c, f)]
print(f"{found = }")
print(f"{y.grad.device = }, {z.grad.device = }")
holds = {
    "values": found == [None, 14.0, 7.0, 7.0, 7.0, 5.0, 1.0, None],
    "device of z.grad": z.grad.device.type == "cpu",
}
print(f"{holds = }")
