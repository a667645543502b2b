from statistics import median
from timeit import timeit

import torch


def costs_the_same(x):
    orders = [lambda: x.clone().detach(), lambda: x.detach().clone()]
    rounds = [[timeit(way, number=20) for way in orders] for _ in range(300)]
    # How many times the other order: noise hits both of a round alike.
    ratio = median(clone_first / other for clone_first, other in rounds)
    return 1 / 1.15 < ratio < 1.15


node = torch.ones(16, requires_grad=True).clone().grad_fn
print(f"{node.name() = }")
holds = {
    "requires no grad": costs_the_same(torch.ones(16)),
    "requires grad": costs_the_same(torch.ones(16, requires_grad=True)),
}
print(f"{holds = }")
