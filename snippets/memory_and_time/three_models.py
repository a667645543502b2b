# %% models
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

torch.manual_seed(0)
models = {
    "MLP": (
        nn.Sequential(
            nn.Linear(256, 512),
            nn.ReLU(),
            nn.Linear(512, 512),
            nn.ReLU(),
            nn.Linear(512, 10),
        ),
        torch.randn(128, 256),
    ),
    "Conv2d": (
        nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
        ),
        torch.randn(8, 3, 32, 32),
    ),
    "Transformer": (
        nn.TransformerEncoderLayer(64, 4, 256, batch_first=True),
        torch.randn(8, 50, 64),
    ),
}
print([model.training for model, _ in models.values()])


# %% table
def place(tensor):
    return tensor.untyped_storage().data_ptr()


def count_nodes(tensor):
    seen, waiting = set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [before for before, _ in node.next_functions]
    return len(seen)


def kept_by(model, x):
    owner = {place(p): "parameters" for p in model.parameters()}
    owner[place(x)] = "input"
    storages = {}

    def pack(tensor):
        storages[place(tensor)] = tensor.untyped_storage().nbytes()
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        y = model(x)
    kept = {"computed": 0, "input": 0, "parameters": 0}
    for pointer, nbytes in storages.items():
        kept[owner.get(pointer, "computed")] += nbytes
    return {**kept, "nodes": count_nodes(y)}


modes = {
    "recorded": torch.enable_grad,
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
}
rows = []
for name, (model, x) in models.items():
    for mode, switch in modes.items():
        with switch():
            rows.append({"model": name, "mode": mode, **kept_by(model, x)})
