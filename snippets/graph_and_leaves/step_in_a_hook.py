import torch

w = torch.tensor([1.0], requires_grad=True)
b = torch.tensor([1.0], requires_grad=True)


def update(p):
    with torch.no_grad():
        p -= 0.1 * p.grad
    p.grad = None


for p in (w, b):
    p.register_post_accumulate_grad_hook(update)

(w * 2 + b).backward()
print(f"{w = }, {w.grad = }")
print(f"{b = }, {b.grad = }")
