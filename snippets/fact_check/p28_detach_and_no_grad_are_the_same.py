import torch
from torch import nn

w = torch.tensor(3.0, requires_grad=True)


def gradient(target):
    return torch.autograd.grad(w * target, w)[0].item()


def same(make):
    with torch.no_grad():
        unrecorded = make(w)
    detached = make(w).detach()
    print(f"{gradient(unrecorded) = }, {gradient(detached) = }")
    return gradient(unrecorded) == gradient(detached)


holds = {
    "w * w": same(lambda w: w * w),
    "w.view(1)": same(lambda w: w.view(1)),
    "Identity()(w)": same(nn.Identity()),
}
print(f"{holds = }")
