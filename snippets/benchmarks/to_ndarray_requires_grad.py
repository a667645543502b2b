import perfplot
import torch

kernels = {
    "empty call": lambda a: None,
    "detach().numpy().copy()": lambda a: a.detach().numpy().copy(),
    "clone().detach().numpy()": lambda a: a.clone().detach().numpy(),
    "detach().clone().numpy()": lambda a: a.detach().clone().numpy(),
}

data = perfplot.bench(
    setup=lambda n: torch.ones(n, requires_grad=True),
    kernels=list(kernels.values()),
    labels=list(kernels),
    n_range=[2**k for k in range(15)],
    xlabel="len(a)",
    target_time_per_measurement=0.02,
    equality_check=None,
    show_progress=False,
)
