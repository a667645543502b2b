import torch

w = torch.ones(2, requires_grad=True)
nestings = [
    ("torch.no_grad()", "torch.enable_grad()"),
    ("torch.no_grad()", "torch.inference_mode(False)"),
    ("torch.inference_mode()", "torch.no_grad()"),
    ("torch.inference_mode()", "torch.enable_grad()"),
    ("torch.inference_mode()", "torch.set_grad_enabled(True)"),
    ("torch.inference_mode()", "torch.inference_mode(False)"),
]

rows = []
for outer, inner in nestings:
    with eval(outer), eval(inner):
        y = w * 2
        rows.append(
            {
                "outer": outer,
                "inner": inner,
                "is_grad_enabled": torch.is_grad_enabled(),
                "recorded": y.grad_fn is not None,
                "is_inference": y.is_inference(),
            }
        )
