import weakref

import numpy
import torch

w = torch.ones(3, requires_grad=True)
history = []


def graph_is_freed(take):
    batch = numpy.ones(3, dtype="float32")
    alive = weakref.ref(batch)
    loss = (w * torch.from_numpy(batch)).sum()
    history.append(take(loss))
    del loss, batch
    return alive() is None


by_item = graph_is_freed(lambda loss: loss.item())
by_both = graph_is_freed(lambda loss: loss.detach().item())
print(f"{by_item = }, {by_both = }, {history = }")

holds = by_both and not by_item
print(f"{holds = }")
