import torch
from torch import nn

torch.manual_seed(0)
models = {
    "MLP": (
        nn.Sequential(nn.Linear(256, 512), nn.ReLU(), nn.Linear(512, 10)),
        torch.randn(128, 256),
    ),
    "Conv2d": (
        nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3)),
        torch.randn(8, 3, 32, 32),
    ),
    "Transformer": (
        nn.TransformerEncoderLayer(64, 4, 256, batch_first=True),
        torch.randn(8, 50, 64),
    ),
}


def run(model, x, switch):
    torch.manual_seed(1)  # the same dropout in each mode
    with switch():
        return model(x)


rows = []
for name, (model, x) in models.items():
    for call in ("train", "eval"):
        getattr(model, call)()
        y = run(model, x, torch.enable_grad)
        z = run(model, x, torch.no_grad)
        u = run(model, x, torch.inference_mode)
        rows.append(
            {
                "model": name,
                "call": f"{call}()",
                "no_grad": torch.equal(y, z),
                "inference_mode": torch.equal(y, u),
                "close": torch.allclose(y, z, atol=1e-5)
                and torch.allclose(y, u, atol=1e-5),
            }
        )
