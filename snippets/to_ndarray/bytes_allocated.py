# %% ways
import tracemalloc

import numpy as np
import torch
from torch.autograd.profiler_legacy import profile

x = torch.zeros(1000, requires_grad=True)
ways = {
    "detach().numpy()": lambda: x.detach().numpy(),
    "detach().numpy().copy()": lambda: x.detach().numpy().copy(),
    "detach().clone().numpy()": lambda: x.detach().clone().numpy(),
    "clone().detach().numpy()": lambda: x.clone().detach().numpy(),
}
print(f"{x.numel() * x.element_size() = }")

# %% by-torch
for way, convert in ways.items():
    with profile(profile_memory=True) as recorded:
        array = convert()
    used = [e.self_cpu_memory_usage for e in recorded.function_events]
    print(f"{way:24} {sum(n for n in used if n > 0)}")

# %% by-numpy
only_data = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
for way, convert in ways.items():
    tracemalloc.start()
    array = convert()
    snapshot = tracemalloc.take_snapshot().filter_traces([only_data])
    tracemalloc.stop()
    print(f"{way:24} {sum(trace.size for trace in snapshot.traces)}")
