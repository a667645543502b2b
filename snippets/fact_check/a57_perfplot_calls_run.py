import torch
from perfplot import bench

kernels = {
    "first chart": [
        lambda a: a.detach().numpy().copy(),
        lambda a: a.clone().detach().numpy(),
        lambda a: a.detach().clone().numpy(),
    ],
    "second chart": [
        lambda a: a.new_tensor(a),
        lambda a: a.clone().detach(),
        lambda a: torch.empty_like(a).copy_(a),
        lambda a: torch.tensor(a),
        lambda a: a.detach().clone(),
    ],
}
holds = {}
for chart, compared in kernels.items():
    data = bench(
        setup=lambda n: torch.randn(n),
        kernels=compared,
        n_range=[2**k for k in range(15)],
        xlabel="len(a)",
        title="Timing comparison for copying a pytorch tensor",
        target_time_per_measurement=1e-4,
        show_progress=False,
    )
    holds[chart] = bool((data.timings_s > 0).all())
print(f"{holds = }")
