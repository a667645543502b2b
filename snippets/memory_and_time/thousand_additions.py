import perfplot
import torch


def compute_model(x):
    for _ in range(1000):
        x = x + 1
    return x


def recorded(x):
    return compute_model(x)


@torch.no_grad()
def no_grad(x):
    return compute_model(x)


@torch.inference_mode()
def inference_mode(x):
    return compute_model(x)


data = perfplot.bench(
    setup=lambda n: torch.ones(n, requires_grad=True),
    kernels=[lambda x: None, recorded, no_grad, inference_mode],
    labels=["empty call", "recorded", "no_grad", "inference_mode"],
    n_range=[1, 2**6, 2**12, 2**16],
    xlabel="len(x)",
    target_time_per_measurement=0.06,
    equality_check=None,
    show_progress=False,
)
