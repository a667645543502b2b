import torch

x = torch.tensor([2.0])
w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
y = x * w + b

results = {
    "w.detach()": w.detach(),
    "w.cpu()": w.cpu(),
    "w.contiguous()": w.contiguous(),
}
for call, z in results.items():
    print(f"{call}: {z is y = }, {z is w = }")

not_y = [z for z in results.values() if z is not y]
holds = all(z is not w for z in not_y)
print(f"{holds = }")
