import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)
for preserve in (True, False):
    w = torch.ones(8, requires_grad=True)
    y = checkpoint(
        nn.Dropout(), w, use_reentrant=False, preserve_rng_state=preserve
    )
    y.sum().backward()
    print(f"{preserve = }, {torch.equal(y, w.grad) = }")
