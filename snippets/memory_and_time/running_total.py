import torch


def count_nodes(total):
    seen, waiting = set(), [getattr(total, "grad_fn", None)]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [before for before, _ in node.next_functions]
    return len(seen)


torch.manual_seed(0)
model = torch.nn.Linear(4, 1)
x, target = torch.randn(8, 4), torch.randn(8, 1)

rows = []
held = detached = number = 0.0
for step in range(1, 1001):
    loss = torch.nn.functional.mse_loss(model(x), target)
    loss.backward()
    held += loss
    detached += loss.detach()
    number += loss.item()
    if step in (1, 10, 100, 1000):
        rows.append(
            {
                "steps": step,
                "loss": count_nodes(held),
                "detach": count_nodes(detached),
                "item": count_nodes(number),
            }
        )
print(f"{held.item() == detached.item() = }")
