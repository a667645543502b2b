import warnings

import torch

warnings.simplefilter("ignore")


def is_computed(z):
    """Whether a gradient with respect to z is computed, as far as can be."""
    arrived = []
    if z.requires_grad:
        z.register_hook(arrived.append)
        (3 * z).backward()
    return len(arrived) > 0


x = torch.tensor(2.0, requires_grad=True)
y = x * x
with torch.no_grad():
    z = y + 1
recorded = y + 1

computed = {"no_grad": is_computed(z), "recorded": is_computed(recorded)}
print(f"{computed = }")
print(f"{z.grad = }, {recorded.grad = }")

holds = {
    "z, made under no_grad": z.grad is None and not computed["no_grad"],
    "z, recorded": recorded.grad is None and not computed["recorded"],
}
print(f"{holds = }")
