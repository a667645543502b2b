import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 10))
x = torch.randn(128, 256)


def bytes_kept():
    kept = {}  # each storage once

    def pack(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        y = model(x)
    return sum(kept.values()), y.requires_grad


print(f"{bytes_kept() = }")
with torch.no_grad():
    print(f"{bytes_kept() = }")
with torch.inference_mode():
    print(f"{bytes_kept() = }")
