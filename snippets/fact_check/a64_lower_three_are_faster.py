from timeit import timeit

import torch


def fastest(a):
    ways = [
        lambda: a.new_tensor(a),
        lambda: torch.tensor(a),
        lambda: a.clone().detach(),
        lambda: torch.empty_like(a).copy_(a),
        lambda: a.detach().clone(),
    ]
    rounds = [[timeit(way, number=100) for way in ways] for _ in range(50)]
    return [min(times) for times in zip(*rounds)]


holds = {}
for n in (1, 1024):
    *two, first, second, third = fastest(torch.randn(n))
    three = [first, second, third]
    holds[f"{n=}: the three alike"] = max(three) < 1.2 * min(three)
    holds[f"{n=}: the two slower"] = min(two) > 1.2 * max(three)
print(f"{holds = }")
