import torch

w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
z = w.detach()
(2 * z + b).backward()

print(f"{z.grad_fn = }")
print(f"{w.grad = }, {b.grad = }")
holds = {
    "cut from the graph": z.grad_fn is None and w.grad is None,
    "requires_grad=False": not z.requires_grad,
}
print(f"{holds = }")
