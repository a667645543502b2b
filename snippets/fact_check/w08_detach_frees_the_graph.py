import weakref

import numpy
import torch

w = torch.ones(3, requires_grad=True)


def freed(keep_the_loss):
    batch = numpy.ones(3, dtype="float32")
    alive = weakref.ref(batch)
    loss = (w * torch.from_numpy(batch)).sum()
    value = loss.detach()
    if not keep_the_loss:
        del loss
    del batch
    return alive() is None and value.item() == 3.0


holds = {
    "loss still has a name": freed(keep_the_loss=True),
    "loss is gone": freed(keep_the_loss=False),
}
print(f"{holds = }")
