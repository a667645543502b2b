import time

import torch


def seconds():
    begun = time.perf_counter()
    x = torch.tensor(1.0, requires_grad=True)
    for _ in range(10):
        x = x + 1
    return time.perf_counter() - begun


recorded = seconds()
with torch.no_grad():
    no_grad = min(seconds() for _ in range(5))

print(f"{no_grad > recorded = }")
