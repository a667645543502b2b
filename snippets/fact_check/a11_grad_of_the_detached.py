import torch

w = torch.tensor([1.0], requires_grad=True)
(2 * w).backward()
z = w.detach()

print(f"{w.grad = }")
print(f"{z.grad = }")
holds = z.grad is None
print(f"{holds = }")
