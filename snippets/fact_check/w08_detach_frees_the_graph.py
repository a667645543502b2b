import weakref

import numpy
import torch

w = torch.ones(3, requires_grad=True)


def kept(compute):
    """Does what compute() returns keep the batch in memory?"""
    batch = numpy.ones(3, dtype="float32")
    alive = weakref.ref(batch)
    result = compute(torch.from_numpy(batch))
    del batch
    return result is not None and alive() is not None


def with_its_source(batch):
    loss = (w * batch).sum()
    return loss, loss.detach()


print(f"{kept(lambda batch: (w * batch).sum()) = }")
holds = {
    "computed from z": not kept(lambda batch: (w.detach() * batch).sum()),
    "computed before, loss is gone": not kept(
        lambda batch: (w * batch).sum().detach()
    ),
    "computed before, loss has a name": not kept(with_its_source),
}
print(f"{holds = }")
