from time import perf_counter

import torch


def compute_model(x):
    for _ in range(1000):
        x = x + 1


seconds = []
for _ in range(7):
    start = perf_counter()
    compute_model(torch.tensor(1.0, requires_grad=True))
    seconds.append(perf_counter() - start)

print(f"{min(seconds) < 0.5 = }")

holds = 1.5 < min(seconds) < 2.5
print(f"{holds = }")
