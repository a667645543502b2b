import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

torch.manual_seed(0)
model = nn.Sequential(
    nn.Linear(256, 512),
    nn.ReLU(),
    nn.Dropout(0.1),
    nn.Linear(512, 10),
)
x = torch.randn(128, 256)


def bytes_kept():
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        y = model(x)
    return {"kept": sum(kept.values()), "requires_grad": y.requires_grad}


modes = {"recorded": torch.enable_grad, "no_grad": torch.no_grad}
rows = []
for call in ("train", "eval"):
    getattr(model, call)()
    for mode, switch in modes.items():
        with switch():
            where = {"call": f"model.{call}()", "mode": mode}
            rows.append({**where, **bytes_kept()})
