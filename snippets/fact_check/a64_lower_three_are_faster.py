from statistics import median
from timeit import timeit

import torch


def shares(a):
    """How much of a round each way takes; noise hits all of a round alike."""
    ways = [
        lambda: a.new_tensor(a),
        lambda: torch.tensor(a),
        lambda: a.clone().detach(),
        lambda: torch.empty_like(a).copy_(a),
        lambda: a.detach().clone(),
    ]
    rounds = [[timeit(way, number=20) for way in ways] for _ in range(200)]
    rounds = [[time / sum(times) for time in times] for times in rounds]
    return [median(of_a_way) for of_a_way in zip(*rounds)]


holds = {}
for n in (1, 1024):
    *two, first, second, third = shares(torch.randn(n))
    three = [first, second, third]
    holds[f"{n=}: the three alike"] = max(three) < 1.2 * min(three)
    holds[f"{n=}: the two slower"] = min(two) > 1.2 * max(three)
print(f"{holds = }")
