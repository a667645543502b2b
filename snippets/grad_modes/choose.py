# %% checks
import contextlib
import re

import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

setups = [
    ("torch.is_grad_enabled()",),
    ("torch.no_grad()",),
    ("torch.inference_mode()",),
    ("model.eval()",),
    ("model.eval()", "torch.no_grad()"),
    ("model.eval()", "torch.inference_mode()"),
    ("model.requires_grad_(False)",),
    ("model.eval()", "model.requires_grad_(False)"),
]


def check(setup):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout())
    x = torch.ones(2, 4, requires_grad=True)
    w = torch.ones(2, 4, requires_grad=True)
    saved = []
    hooks = saved_tensors_hooks(lambda t: saved.append(t) or t, lambda t: t)

    with contextlib.ExitStack() as stack:
        for call in setup:
            result = eval(call)
            if hasattr(result, "__exit__"):
                stack.enter_context(result)
        with hooks:
            y = model(x)
        with torch.enable_grad():
            z = w * 2

    try:
        (y * w).sum().backward()
        trains = w.grad is not None
    except RuntimeError:
        trains = False

    return {
        "setup": re.sub(r"torch\.|model\.", "", ", ".join(setup)),
        "saves nothing": len(saved) == 0,
        "layers evaluate": not (y == 0).any().item(),
        "result trains": trains,
        "records inside": z.requires_grad,
        "input gets gradient": x.grad is not None,
        "weights get none": model[0].weight.grad is None,
    }


checks = [check(setup) for setup in setups]

# %% choice
purposes = {
    "evaluate": ["saves nothing", "layers evaluate"],
    "explain": ["saves nothing", "layers evaluate", "records inside"],
    "target": ["saves nothing", "result trains"],
    "freeze": ["input gets gradient", "weights get none"],
}
choice = [
    {"setup": row["setup"]}
    | {
        purpose: all(row[needed] for needed in properties)
        for purpose, properties in purposes.items()
    }
    for row in checks
]
