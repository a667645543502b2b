import matplotlib
import perfplot
import torch
from matplotlib import pyplot

matplotlib.use("template")  # draws, and opens no window


def lines_drawn():
    (axes,) = pyplot.gcf().axes
    pyplot.figure()
    return [text.get_text() for text in axes.texts]


perfplot.show(
    setup=lambda n: torch.randn(n),
    kernels=[
        lambda a: a.detach().numpy().copy(),
        lambda a: a.clone().detach().numpy(),
        lambda a: a.detach().clone().numpy(),
    ],
    labels=[
        "detach.numpy().copy()",
        "clone().detach().numpy()",
        "detach().clone().numpy()",
    ],
    n_range=[2**k for k in range(15)],
    xlabel="len(a)",
    logx=False,
    logy=False,
    title="Timing comparison for copying a pytorch tensor",
    target_time_per_measurement=1e-4,  # not in the article
    show_progress=False,  # not in the article
)
first = lines_drawn()

perfplot.show(
    setup=lambda n: torch.randn(n),
    kernels=[
        lambda a: a.new_tensor(a),
        lambda a: a.clone().detach(),
        lambda a: torch.empty_like(a).copy_(a),
        lambda a: torch.tensor(a),
        lambda a: a.detach().clone(),
    ],
    labels=[
        "new_tensor()",
        "clone().detach()",
        "empty_like().copy()",
        "tensor()",
        "detach().clone()",
    ],
    n_range=[2**k for k in range(15)],
    xlabel="len(a)",
    logx=False,
    logy=False,
    title="Timing comparison for copying a pytorch tensor",
    target_time_per_measurement=1e-4,  # not in the article
    show_progress=False,  # not in the article
)
second = lines_drawn()

print(f"{first = }")
print(f"{second = }")
holds = {"first call": len(first) == 3, "second call": len(second) == 5}
print(f"{holds = }")
