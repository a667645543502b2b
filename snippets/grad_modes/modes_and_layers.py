import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

x = torch.ones(8, 4) + torch.arange(8.0).reshape(8, 1)
modes = {
    "enable_grad()": torch.enable_grad,
    "no_grad()": torch.no_grad,
    "set_grad_enabled(False)": lambda: torch.set_grad_enabled(False),
    "inference_mode()": torch.inference_mode,
    "requires_grad_(False)": torch.enable_grad,
}


def observe(mode, training):
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(4)
    model = nn.Sequential(norm, nn.Linear(4, 16), nn.Dropout())
    model.train(training)
    model.requires_grad_(mode != "requires_grad_(False)")

    saved = []
    hooks = saved_tensors_hooks(lambda t: saved.append(t), lambda t: t)
    with modes[mode](), hooks:
        y = model(x)

    return {
        "mode": mode,
        "layers": "train()" if model.training else "eval()",
        "requires_grad": y.requires_grad,
        "saves": len(saved) > 0,
        "drops": (y == 0).any().item(),
        "statistics_move": norm.running_mean.any().item(),
        "is_inference": y.is_inference(),
    }


rows = [observe(mode, training) for mode in modes for training in (True, False)]
