import time

import torch


def seconds():
    begun = time.perf_counter()
    x = torch.tensor(1.0, requires_grad=True)
    for _ in range(10):
        x = x + 1
    return time.perf_counter() - begun


with torch.no_grad():
    no_grad = seconds()
recorded = min(seconds() for _ in range(5))

print(f"{no_grad > recorded = }")
