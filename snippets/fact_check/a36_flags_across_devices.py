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

leaves = [a.is_leaf for a in (z, v, c, f)]
required = [a.requires_grad for a in (z, v, c, f)]
print(f"{leaves = }")
print(f"{required = }")
holds = {
    "is_leaf": leaves == [False, True, True, False],
    "requires_grad": required == [True, True, True, True],
}
print(f"{holds = }")
