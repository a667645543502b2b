import torch

calls = [
    "torch.is_grad_enabled()",
    "torch.no_grad()",
    "torch.enable_grad()",
    "torch.set_grad_enabled(False)",
    "torch.inference_mode()",
    "model.requires_grad_(False)",
    "model.eval()",
]


def state(model):
    return {
        "grad_mode": torch.is_grad_enabled(),
        "inference_mode": torch.is_inference_mode_enabled(),
        "requires_grad": model.weight.requires_grad,
        "training": model.training,
    }


rows = []
for call in calls:
    row = {"call": call}
    for start in (True, False):
        model = torch.nn.Linear(3, 1)
        model.requires_grad_(start).train(start)
        with torch.set_grad_enabled(start):
            before = state(model)
            result = eval(call)
            if hasattr(result, "__exit__"):
                with result:
                    after = state(model)
            else:
                after = state(model)
        for name, value in after.items():
            moved = value != before[name]
            row[name] = row.get(name, False) or moved
    rows.append(row)
