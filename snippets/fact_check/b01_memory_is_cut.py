import torch
from torch import nn


def saved(y):
    todo, bytes_of = [y.grad_fn], {}
    while todo:
        node = todo.pop()
        if node is None:
            continue
        todo += [parent for parent, _ in node.next_functions]
        for name in dir(node):
            x = getattr(node, name) if name.startswith("_saved_") else None
            if isinstance(x, torch.Tensor):
                bytes_of[x.data_ptr()] = x.numel() * x.element_size()
    return sum(bytes_of.values())


model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64))
data = torch.ones(32, 64)
before = saved(model(data))
torch.is_grad_enabled()
asked = saved(model(data))
model.requires_grad_(False)
frozen = saved(model(data))
print(f"{before = }, {asked = }, {frozen = }")

holds = {
    "torch.is_grad_enabled()": asked < before,
    "requires_grad = False": frozen < before,
}
print(f"{holds = }")
