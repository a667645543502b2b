import torch


def compute_model(x):
    for _ in range(1000):
        x = x + 1
    return x


def kept(y):
    nodes, tensors, todo = 0, 0, [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        nodes += 1
        todo += [parent for parent, _ in node.next_functions]
        saved = [name for name in dir(node) if name.startswith("_saved_")]
        values = [getattr(node, name) for name in saved]
        tensors += sum(isinstance(x, torch.Tensor) for x in values)
    return nodes, tensors


nodes, tensors = kept(compute_model(torch.ones(1, requires_grad=True)))
print(f"{nodes = }, {tensors = }")

holds = tensors > 0
print(f"{holds = }")
