import torch

w = torch.tensor([1.0], requires_grad=True)
z = (3 * w).detach()
y = 2 * z

print(f"{z.requires_grad = }")
print(f"{y.requires_grad = }, {y.grad_fn = }")
holds = not z.requires_grad and not y.requires_grad
print(f"{holds = }")
