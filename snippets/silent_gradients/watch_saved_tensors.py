import contextlib
import traceback
import weakref

import torch


@contextlib.contextmanager
def watch_saved_tensors(ignore=()):
    ignore = list(ignore)

    def pack(t):
        stack = traceback.extract_stack()
        own = [f for f in stack if not f.filename.startswith(torch.__path__[0])]
        where = "saved by {0.line!r}, line {0.lineno}".format(own[-2:][0])
        return weakref.ref(t), t.detach(), t.detach().clone(), t._version, where

    def unpack(saved):
        alive, t, kept, version, where = saved
        now = alive()
        t = t if now is None else now.detach()
        note = f"{where}; counter {version}, now {t._version}\n"
        if not any(now is one for one in ignore):
            torch.testing.assert_close(  # raises AssertionError
                t, kept, rtol=0, atol=0, equal_nan=True, msg=note.__add__
            )
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        yield


model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh())
batch = torch.ones(1, 2).numpy()

with watch_saved_tensors():
    loss = model(torch.from_numpy(batch)).sum()
    batch[:] = 7.0  # the next batch, in the same array
    loss.backward()
