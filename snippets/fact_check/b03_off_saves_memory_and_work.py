from time import perf_counter

import torch


def compute(x):
    for _ in range(50):
        x = x.sin()
    return x


def numbers_saved(y):
    node, numbers = y.grad_fn, 0
    while node is not None and hasattr(node, "_saved_self"):
        numbers += node._saved_self.numel()
        node = node.next_functions[0][0]
    return numbers


def run(x, mode):
    start = perf_counter()
    with torch.set_grad_enabled(mode):
        y = compute(x)
    return perf_counter() - start, numbers_saved(y)


def off_is_faster(x):
    """Whether it is in nearly all rounds: chance alone gives half of them."""
    rounds = [(run(x, True)[0], run(x, False)[0]) for _ in range(50)]
    turned = [(run(x, False)[0], run(x, True)[0]) for _ in range(50)]
    faster = [off < on for on, off in rounds] + [off < on for off, on in turned]
    return sum(faster) > 75


def off_saves_less(x):
    return run(x, False)[1] < run(x, True)[1]


learning, data = torch.ones(1, requires_grad=True), torch.ones(1)
holds = {
    "memory": off_saves_less(learning),
    "time": off_is_faster(learning),
    "memory, nothing requires grad": off_saves_less(data),
    "time, nothing requires grad": off_is_faster(data),
}
print(f"{holds = }")
