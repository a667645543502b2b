import resource

import torch


def resident():
    with open("/proc/self/statm") as file:  # Linux
        return int(file.read().split()[1]) * resource.getpagesize()


steps = 100_000
x = torch.tensor(1.0, requires_grad=True)
y = -x  # the first operation brings in code of torch

before = resident()
with torch.no_grad():
    for _ in range(steps):
        y = -y
print(f"{resident() - before < 10 * steps = }")

y = x
before = resident()
for _ in range(steps):
    y = -y
print(f"{resident() - before > 200 * steps = }")
print(f"{resident() - before < 1000 * steps = }")
