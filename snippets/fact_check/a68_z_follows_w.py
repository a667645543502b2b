import torch

w = torch.tensor([4.0], requires_grad=True)
z = w.detach()
optimizer = torch.optim.SGD([w], lr=0.5)
(2 * w).backward()
optimizer.step()
in_place = z.item() == w.item() == 3.0

w = (w - 0.5 * w.grad).detach().requires_grad_()
print(f"{w = }, {z = }")
holds = {
    "updated in place, as step() does": in_place,
    "w assigned anew": z.item() == w.item(),
}
print(f"{holds = }")
