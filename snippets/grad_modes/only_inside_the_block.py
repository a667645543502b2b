import torch

w = torch.ones(2, requires_grad=True)

with torch.no_grad():
    y = w * 2
    print(f"{y.requires_grad = }, {y.grad_fn = }")
    print(f"{w.requires_grad = }")

    with torch.enable_grad():
        z = w * 2
        print(f"{z.requires_grad = }, {z.grad_fn.name() = }")

    print(f"{(w * 2).requires_grad = }")

print(f"{(w * 2).requires_grad = }")
