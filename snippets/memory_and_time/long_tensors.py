import perfplot
import torch


@torch.no_grad()
def no_grad(x):
    return x.exp().sum()


@torch.inference_mode()
def inference_mode(x):
    return x.exp().sum()


kernels = {
    "empty call": lambda x: None,
    "recorded": lambda x: x.exp().sum(),
    "no_grad": no_grad,
    "inference_mode": inference_mode,
}


def warmed_up(n):
    x = torch.ones(n, requires_grad=True)
    for kernel in kernels.values():
        kernel(x)  # so that none of them meets memory never used before
    return x


data = perfplot.bench(
    setup=warmed_up,
    kernels=list(kernels.values()),
    labels=list(kernels),
    n_range=[2**k for k in range(12, 21, 2)],
    xlabel="len(x)",
    target_time_per_measurement=0.05,
    equality_check=None,
    show_progress=False,
)
