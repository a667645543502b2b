import resource

import torch


def resident():
    with open("/proc/self/statm") as file:  # Linux
        return int(file.read().split()[1]) * resource.getpagesize()


def compute_model(x):
    for _ in range(1000):
        x = x + 1
    return resident(), x.grad_fn


x = torch.tensor(1.0, requires_grad=True)
y = x + 1  # the first operation brings in code of torch

before = resident()
during, node = compute_model(x)
print(f"{during - before < 0.01 * before = }")

tensors = []
while node is not None:
    saved = [name for name in dir(node) if name.startswith("_saved_")]
    values = [getattr(node, name) for name in saved]
    tensors += [value for value in values if isinstance(value, torch.Tensor)]
    node = node.next_functions[0][0] if node.next_functions else None
print(f"{len(tensors) = }")

holds = {
    "more than 1 % of the memory in use": during - before > 0.01 * before,
    "tensors saved for backward": len(tensors) > 0,
}
print(f"{holds = }")
