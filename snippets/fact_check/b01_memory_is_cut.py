import torch
from torch import nn


def in_use(model, x):
    """The bytes of all that is there when the forward pass ends."""
    y = model(x)
    found, todo = [x, y, *model.parameters()], [y.grad_fn]
    while todo:
        node = todo.pop()
        if node is None:
            continue
        todo += [parent for parent, _ in node.next_functions]
        saved = [name for name in dir(node) if name.startswith("_saved_")]
        found += [getattr(node, name) for name in saved]
    tensors = [x for x in found if isinstance(x, torch.Tensor)]
    sizes = {x.data_ptr(): x.numel() * x.element_size() for x in tensors}
    return sum(sizes.values())


def drastic(model, x, call):
    before = in_use(model, x)
    call(model)
    after = in_use(model, x)
    print(f"{before = }, {after = }")
    return after < before / 2


def asked(model):
    torch.is_grad_enabled()


def frozen(model):
    model.requires_grad_(False)


layers = [nn.Conv2d(4, 4, 3), nn.ReLU()] * 6
convolutions, image = nn.Sequential(*layers), torch.ones(1, 4, 64, 64)
wide = nn.Sequential(nn.Linear(64, 999), nn.ReLU(), nn.Linear(999, 64))
row = torch.ones(1, 64)

holds = {
    "is_grad_enabled()": drastic(convolutions, image, asked),
    "requires_grad, convolutions": drastic(convolutions, image, frozen),
    "requires_grad, mostly weights": drastic(wide, row, frozen),
}
print(f"{holds = }")
