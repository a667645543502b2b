import torch

w = torch.tensor(3.0, requires_grad=True)
with torch.no_grad():
    unrecorded = w * w
product = w * w
detached = product.detach()


def gradient(target):
    return torch.autograd.grad(w * target, w)[0].item()


print(f"{gradient(unrecorded) = }, {gradient(detached) = }")
print(f"{unrecorded.grad_fn = }")
print(f"{product.grad_fn is None = }")

holds = {
    "gradient of the result": gradient(unrecorded) == gradient(detached),
    "graph built for it": unrecorded.requires_grad == product.requires_grad,
}
print(f"{holds = }")
