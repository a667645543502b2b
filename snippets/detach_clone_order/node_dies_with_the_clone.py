import weakref

import torch

w = torch.tensor([1.0], requires_grad=True)
v = w.clone()

note = {"pinned to the node"}
v.grad_fn.metadata["note"] = note
weakref.finalize(note, print, "the node is freed")
del note

z = v.detach()
print("z is detached")
del v
print(f"{z = }")
