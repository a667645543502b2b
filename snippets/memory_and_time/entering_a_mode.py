import perfplot
import torch


def in_no_grad(x):
    with torch.no_grad():
        return x + 1


def in_inference_mode(x):
    with torch.inference_mode():
        return x + 1


data = perfplot.bench(
    setup=lambda n: torch.ones(n, requires_grad=True),
    kernels=[lambda x: None, lambda x: x + 1, in_no_grad, in_inference_mode],
    labels=[
        "empty call",
        "recorded",
        "no_grad per call",
        "inference_mode per call",
    ],
    n_range=[2**k for k in range(0, 17, 4)],
    xlabel="len(x)",
    target_time_per_measurement=0.02,
    equality_check=None,
    show_progress=False,
)
