import torch


def nodes(tensor):
    found, todo = set(), [tensor.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.add(node)
            todo += [inner for inner, _ in node.next_functions]
    return len(found)


w = torch.tensor([1.0], requires_grad=True)
rows = []
for steps in (1, 10, 100):
    total, detached = torch.zeros(1), torch.zeros(1)
    for _ in range(steps):
        loss = (w * 2).square()
        total += loss
        detached += loss.detach()
    row = {"steps": steps}
    row["total"] = nodes(total)
    row["detached"] = nodes(detached)
    rows.append(row)
print(f"{total.requires_grad = }, {detached.requires_grad = }")
print(f"{torch.equal(total, detached) = }")
