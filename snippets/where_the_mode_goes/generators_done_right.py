import torch

w = torch.ones(2, requires_grad=True)


@torch.no_grad()
def decorated():
    for i in range(2):
        yield w * i


def yields_outside():
    for i in range(2):
        with torch.no_grad():
            y = w * i
        yield y


for batches in (decorated, yields_outside):
    for y in batches():
        print(f"{y.requires_grad = }, {torch.is_grad_enabled() = }")
