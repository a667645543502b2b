from statistics import median
from timeit import timeit

import torch


def two_and_three(a):
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
    shares = [median(of_a_way) for of_a_way in zip(*rounds)]
    return shares[:2], shares[2:]


sources = {f"{n=}": torch.randn(n) for n in (1, 1024, 16384)}
sources["n=1, requires_grad=True"] = torch.randn(1, requires_grad=True)

holds = {}
for case, a in sources.items():
    two, three = two_and_three(a)
    gap, spread = min(two) / max(three), max(three) / min(three)
    holds[case] = gap > spread
print(f"{holds = }")
