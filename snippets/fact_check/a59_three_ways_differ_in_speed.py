from timeit import timeit

import torch

a = torch.randn(16)
ways = [
    lambda: a.detach().numpy().copy(),
    lambda: a.clone().detach().numpy(),
    lambda: a.detach().clone().numpy(),
]
rounds = [[timeit(way, number=100) for way in ways] for _ in range(50)]
array_copied, clone_first, detach_first = map(min, zip(*rounds))
clones = sorted([clone_first, detach_first])

holds = {
    "copy() and clone()": clones[0] > 1.3 * array_copied,
    "the two orders of clone()": clones[1] > 1.3 * clones[0],
}
print(f"{holds = }")
