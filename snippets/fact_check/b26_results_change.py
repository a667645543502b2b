import torch
from torch import nn

torch.manual_seed(0)
image = torch.randn(2, 3, 8, 8)
words = torch.randn(2, 5, 16)
layers = {
    "Linear": (nn.Linear(16, 4), words),
    "Conv2d": (nn.Conv2d(3, 4, 3), image),
    "BatchNorm2d": (nn.BatchNorm2d(3), image),
    "Dropout": (nn.Dropout(), words),
    "TransformerEncoderLayer": (nn.TransformerEncoderLayer(16, 2), words),
}


def run(layer, data, mode):
    torch.manual_seed(1)
    with torch.set_grad_enabled(mode):
        return layer(data).detach()


changed = []
for name, (layer, data) in layers.items():
    on, off = run(layer, data, True), run(layer, data, False)
    print(f"{name}: {torch.allclose(on, off, atol=1e-6) = }")
    changed.append(not torch.allclose(on, off, atol=1e-6))

holds = any(changed)
print(f"{holds = }")
