import weakref

import numpy
import torch

batch = numpy.ones(3, dtype="float32")
alive = weakref.ref(batch)
w = torch.ones(3, requires_grad=True)
loss = (w * torch.from_numpy(batch)).sum()
history = [loss.detach()]
print(f"{history[0].grad_fn = }")

del loss, batch
print(f"{alive() is None = }")

holds = alive() is not None
print(f"{holds = }")
