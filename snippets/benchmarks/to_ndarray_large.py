import perfplot
import torch

kernels = {
    "empty call": lambda a: None,
    "detach().numpy().copy()": lambda a: a.detach().numpy().copy(),
    "clone().detach().numpy()": lambda a: a.clone().detach().numpy(),
    "detach().clone().numpy()": lambda a: a.detach().clone().numpy(),
}


def warmed_up(n):
    a = torch.ones(n)
    for kernel in kernels.values():
        kernel(a)  # so that none of them meets memory never used before
    return a


data = perfplot.bench(
    setup=warmed_up,
    kernels=list(kernels.values()),
    labels=list(kernels),
    n_range=[2**k for k in range(14, 23, 2)],
    xlabel="len(a)",
    target_time_per_measurement=0.05,
    equality_check=None,
    show_progress=False,
)
