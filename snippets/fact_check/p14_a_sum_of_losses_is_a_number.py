import torch


def nodes(y):
    seen, todo = set(), [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in seen:
            seen.add(node)
            todo += [parent for parent, _ in node.next_functions]
    return len(seen)


w = torch.tensor(1.0, requires_grad=True)
total = torch.tensor(0.0)
for step in range(100):
    loss = (w * step) ** 2
    loss.backward()
    total = total + loss
print(f"{nodes(total) = }")

holds = nodes(total) == 0
print(f"{holds = }")
