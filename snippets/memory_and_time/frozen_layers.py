import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

torch.manual_seed(0)
x = torch.randn(64, 16, 16)


def linear():
    return nn.Linear(16, 16)


def convolution():
    return nn.Conv1d(16, 16, 3, padding=1)


def kept(layer, activation, frozen):
    layers = [layer() for _ in range(4)]
    for index in frozen:
        layers[index].requires_grad_(False)
    model = nn.Sequential(*[m for one in layers for m in (one, activation())])
    not_counted = {x.data_ptr(), *(p.data_ptr() for p in model.parameters())}
    storages = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in not_counted:
            storages[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        y = model(x)
    assert y.shape == x.shape  # y holds its graph until here
    return sum(storages.values())


rows = [
    {
        "frozen": str(frozen),
        "Linear, ReLU": kept(linear, nn.ReLU, frozen),
        "Linear, GELU": kept(linear, nn.GELU, frozen),
        "Conv1d, GELU": kept(convolution, nn.GELU, frozen),
    }
    for frozen in ([], [0], [0, 1], [0, 1, 2], [1, 2], [3], [0, 1, 2, 3])
]
