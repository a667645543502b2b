import contextlib
import warnings
import weakref

import torch
from torch import nn
from torch.autograd import graph

warnings.simplefilter("ignore")  # what anomaly mode says of itself
torch.manual_seed(0)

image = nn.Sequential(nn.Unflatten(1, (1, 3)), nn.Conv1d(1, 4, 2))
models = {
    "Linear, ReLU": nn.Sequential(nn.Linear(3, 4), nn.ReLU()),
    "Linear, Dropout": nn.Sequential(nn.Linear(3, 4), nn.Dropout()),
    "Conv1d, BatchNorm1d": nn.Sequential(image, nn.BatchNorm1d(4)),
    "Linear, RNN": nn.Sequential(nn.Linear(3, 4), nn.RNN(4, 4)),
    "Linear, LSTM": nn.Sequential(nn.Linear(3, 4), nn.LSTM(4, 4)),
    "Transformer layer": nn.Sequential(
        nn.Linear(3, 4), nn.TransformerEncoderLayer(4, 2, 8)
    ),
}


def loss(model, x):
    torch.manual_seed(0)
    y = model(x)
    return (y[0] if isinstance(y, tuple) else y).square().sum()


def step(model, x, guard=contextlib.nullcontext):
    with guard():
        loss(model, x).backward()


def compare(ignore=()):
    def pack(t):
        return weakref.ref(t), t.detach(), t.detach().clone()

    def unpack(saved):
        alive, t, kept = saved
        t = t if alive() is None else alive().detach()
        ignored = any(alive() is one for one in ignore)
        assert ignored or torch.equal(t, kept)
        return t

    return graph.saved_tensors_hooks(pack, unpack)


def raises(function, *arguments):
    try:
        function(*arguments)
    except (RuntimeError, AssertionError):
        return True
    return False


def row(name, model, mode):
    getattr(model.double(), mode)()
    x = torch.rand(2, 3, dtype=torch.float64, requires_grad=True)
    buffers = list(model.buffers())
    found = {"model": f"{name}, {mode}()"}
    found["anomaly"] = raises(step, model, x, torch.autograd.detect_anomaly)
    found["gradcheck"] = raises(
        torch.autograd.gradcheck, lambda x: loss(model, x), x
    )
    kept = graph.allow_mutation_on_saved_tensors
    found["mutation"] = raises(step, model, x, kept)
    found["copies"] = raises(step, model, x, compare)
    found["ignoring"] = raises(step, model, x, lambda: compare(buffers))
    d = torch.randn_like(x) * 1e-6
    (grad,) = torch.autograd.grad(loss(model, x), x)
    with torch.no_grad():
        measured = loss(model, x + d) - loss(model, x - d)
    found["slope"] = not torch.allclose(measured, 2 * (grad * d).sum())
    return found


rows = [
    row(n, m, mode) for n, m in models.items() for mode in ("train", "eval")
]
