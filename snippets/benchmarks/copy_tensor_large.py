import perfplot
import torch

kernels = {
    "empty call": lambda a: None,
    "new_tensor()": lambda a: a.new_tensor(a),
    "clone().detach()": lambda a: a.clone().detach(),
    "empty_like().copy_()": lambda a: torch.empty_like(a).copy_(a),
    "tensor()": lambda a: torch.tensor(a),
    "detach().clone()": lambda a: a.detach().clone(),
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
