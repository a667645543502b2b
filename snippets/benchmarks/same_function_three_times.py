import perfplot
import torch


def copied(a):
    return a.detach().clone()


kernels = {
    "empty call": lambda a: None,
    "copied (first)": copied,
    "copied (second)": copied,
    "copied (third)": copied,
}

data = perfplot.bench(
    setup=torch.ones,
    kernels=list(kernels.values()),
    labels=list(kernels),
    n_range=[2**k for k in range(14, 23, 2)],
    xlabel="len(a)",
    target_time_per_measurement=0.05,
    equality_check=None,
    show_progress=False,
)
