import torch

w = torch.tensor([1.0], requires_grad=True)
t = torch.tensor([7.0], requires_grad=True)
s = w.detach().clone()
s[0] = 5.0
(s * t).backward()

print(f"{w = }, {s = }")
print(f"{w.grad = }, {t.grad = }")
holds = {"values": w.item() == 1.0, "gradient": w.grad is None}
print(f"{holds = }")
