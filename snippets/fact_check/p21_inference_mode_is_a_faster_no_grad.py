from statistics import median
from timeit import timeit

import torch

w = torch.ones(2, requires_grad=True)
modes = [torch.no_grad, torch.inference_mode]


def views(mode):
    with mode():
        y = torch.ones(16)
        for _ in range(50):
            y = y.view(4, 4).view(16)


rounds = [
    [timeit(lambda m=mode: views(m), number=2) for mode in modes]
    for _ in range(300)
]
# How many times the other mode: noise hits both of a round alike.
ratio = median(no_grad / inference for no_grad, inference in rounds)


def used(mode, action):
    with mode():
        features = torch.ones(2) * 3
    try:
        action(features)
    except RuntimeError as error:
        print(error)
        return False
    return True


actions = {
    "features.tolist()": lambda features: features.tolist(),
    "w + features": lambda features: w + features,
    "w * features": lambda features: w * features,
    "features.add_(w)": lambda features: features.add_(w),
}
print([used(torch.no_grad, action) for action in actions.values()])

holds = {"faster, for many small views": ratio > 1.1} | {
    name: used(torch.inference_mode, action) for name, action in actions.items()
}
print(f"{holds = }")
