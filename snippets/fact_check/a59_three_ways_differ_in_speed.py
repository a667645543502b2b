from statistics import median
from timeit import timeit

import torch

a = torch.randn(16)
ways = [
    lambda: a.detach().numpy().copy(),
    lambda: a.clone().detach().numpy(),
    lambda: a.detach().clone().numpy(),
]
rounds = [[timeit(way, number=20) for way in ways] for _ in range(200)]
# What share of its round each way takes: noise hits all of a round alike.
rounds = [[time / sum(times) for time in times] for times in rounds]
array_copied, clone_first, detach_first = map(median, zip(*rounds))
clones = sorted([clone_first, detach_first])

holds = {
    "copy() and clone()": clones[0] > 1.3 * array_copied,
    "the two orders of clone()": clones[1] > 1.3 * clones[0],
}
print(f"{holds = }")
