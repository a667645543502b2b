import torch


def graph(y):
    nodes, numbers, todo = set(), {}, [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is None or node in nodes:
            continue
        nodes.add(node)
        todo += [parent for parent, _ in node.next_functions]
        for name in dir(node):
            x = getattr(node, name) if name.startswith("_saved_") else None
            if isinstance(x, torch.Tensor):
                numbers[x.data_ptr()] = x.numel()
    return {"nodes": len(nodes), "numbers saved": sum(numbers.values())}


def compute(x):
    for _ in range(100):
        x = x.sin()
    return x


x = torch.ones(1000, requires_grad=True)
on = graph(compute(x))
with torch.no_grad():
    off = graph(compute(x))
print(f"{on = }")
print(f"{off = }")

holds = {
    "memory": off["numbers saved"] < on["numbers saved"],
    "computation": off["nodes"] < on["nodes"],
}
print(f"{holds = }")
