import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks


def kib_kept(model, x):
    parameters = {p.data_ptr() for p in model.parameters()}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in parameters:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        y = model(x)
    assert y.shape == x.shape  # y holds its graph until here
    return sum(kept.values()) / 1024


torch.manual_seed(0)
x = torch.randn(64, 256)
modes = {
    "recorded": torch.enable_grad,
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
}
data = {"x": [1, 2, 4, 8, 16, 32], "series": {mode: [] for mode in modes}}
for depth in data["x"]:
    layers = [m for _ in range(depth) for m in (nn.Linear(256, 256), nn.ReLU())]
    for mode, switch in modes.items():
        with switch():
            data["series"][mode].append(kib_kept(nn.Sequential(*layers), x))
