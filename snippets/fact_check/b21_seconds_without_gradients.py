from time import perf_counter

import torch


def compute_model(x):
    for _ in range(1000):
        x = x + 1


seconds = []
for _ in range(7):
    start = perf_counter()
    with torch.no_grad():
        compute_model(torch.tensor(1.0))
    seconds.append(perf_counter() - start)

print(f"{min(seconds) < 0.05 = }")

holds = 0.05 < min(seconds) < 0.15
print(f"{holds = }")
