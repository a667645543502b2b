import torch

w = torch.ones(2, requires_grad=True)


def batches():
    with torch.no_grad():
        for i in range(2):
            yield torch.full((2,), float(i))


for batch in batches():
    loss = (w * batch).sum()
    print(f"{loss.requires_grad = }")
print(f"{torch.is_grad_enabled() = }")
