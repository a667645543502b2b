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
