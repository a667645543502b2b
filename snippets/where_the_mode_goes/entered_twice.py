import torch

w = torch.ones(2, requires_grad=True)
unrecorded = torch.no_grad()


def double(x):
    with unrecorded:
        return x * 2


with unrecorded:
    y = double(w)

print(f"{torch.is_grad_enabled() = }")
