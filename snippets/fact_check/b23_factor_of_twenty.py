from time import perf_counter

import torch


def compute_model(x):
    for _ in range(1000):
        x = x + 1


def seconds(mode):
    start = perf_counter()
    with torch.set_grad_enabled(mode):
        compute_model(torch.tensor(1.0, requires_grad=True))
    return perf_counter() - start


rounds = [(seconds(True), seconds(False)) for _ in range(15)]
on = min(on for on, off in rounds)
off = min(off for on, off in rounds)
print(f"{on / off < 10 = }")

holds = on / off > 10
print(f"{holds = }")
