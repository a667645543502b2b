import contextlib
import copy
import warnings
import weakref

import torch
from torch import nn
from torch.autograd import Function, graph
from torch.utils.checkpoint import checkpoint

warnings.simplefilter("ignore")  # what anomaly mode says of itself

WAYS = """
y = h * h; h.data.mul_(5)
y = w * w; w.data = w.data * 5
y = h * h; h.detach().numpy()[0] *= 5
y = h * h; torch.from_dlpack(h.detach()).mul_(5)
y = h * h; copy.copy(h.detach()).mul_(5)
y = h * h; torch.empty(0).double().set_(h.detach()).mul_(5)
y = h * h; h.detach().apply_(lambda value: value * 5)
y = h * h; h.detach().unsafe_chunk(1)[0].mul_(5)
y = w * w; w.grad = h.detach(); sgd([w], fused=True).step(); w.grad = None
y = norm.eval()(h[None]); norm.train()(batch)
y = bilinear(h[None], h[None]); bilinear.bfloat16().double()
y = torch.sparse.mm(sparse(v), h[None]); v.mul_(5)
with graph.save_on_cpu(): y = h * h; h.detach().mul_(5)
y = OnCtx.apply(h); h.detach().mul_(5)
y = checkpoint(lambda h: h * v, h, use_reentrant=False); v.mul_(5)
y = torch.kron(h, h); h.detach().mul_(5)
h.detach().mul_(5); y = h * h
z = NotDirty.apply(h); y = h * z
y = torch.zeros(1).double().scatter(0, place, h.repeat(2))
y = h.repeat(3); y.unfold(0, 2, 1).mul_(2)
k = h * 1; m = h * 1; m.register_hook(lambda g: g.mul_(5) and None); y = k + m
"""


class OnCtx(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return grad * 2 * ctx.x


class NotDirty(Function):
    @staticmethod
    def forward(ctx, x):
        return x.mul_(5).clone()

    @staticmethod
    def backward(ctx, grad):
        return grad * 5


def leaf(value):
    return torch.tensor([value], dtype=torch.float64, requires_grad=True)


def forward(code, w):
    norm = nn.BatchNorm1d(1).double()
    bilinear = nn.Bilinear(1, 1, 1, bias=False).double()
    nn.init.constant_(bilinear.weight, 1.1)
    names = {"w": w, "h": w * 1, "v": leaf(2.0).detach()}
    names |= {"norm": norm, "bilinear": bilinear, "sgd": torch.optim.SGD}
    names |= {"torch": torch, "copy": copy, "checkpoint": checkpoint}
    names |= {"graph": graph, "OnCtx": OnCtx, "NotDirty": NotDirty}
    names["batch"] = torch.tensor([[-100.0], [100.0]]).double()
    names["place"] = torch.tensor([0, 0])
    names["sparse"] = lambda values: torch.sparse_coo_tensor(
        [[0], [0]], values, (1, 1), check_invariants=True
    )
    exec(code, names)
    return names["y"].sum()


def gradient(code, guard=contextlib.nullcontext):
    w = leaf(2.0)
    with guard():
        forward(code, w).backward()
    return w.grad.item()


def raises(function, *arguments):
    try:
        function(*arguments)
    except (RuntimeError, AssertionError):
        return True
    return False


def compare():
    def pack(t):
        return weakref.ref(t), t.detach(), t.detach().clone()

    def unpack(saved):
        alive, t, kept = saved
        t = t if alive() is None else alive().detach()
        assert torch.equal(t.to_dense(), kept.to_dense())
        return t

    return graph.saved_tensors_hooks(pack, unpack)


def row(code):
    low, high = [forward(code, leaf(2.0 + d)).item() for d in (-1e-6, 1e-6)]
    slope = (high - low) / 2e-6
    detached = code.replace(".data = ", ".detach()[:] = ")
    detached = detached.replace(".data.", ".detach().")
    found = {"way": code, "detach": None}
    if detached != code:
        found["detach"] = raises(gradient, detached)
    found["anomaly"] = raises(gradient, code, torch.autograd.detect_anomaly)
    found["gradcheck"] = raises(
        torch.autograd.gradcheck, lambda w: forward(code, w), leaf(2.0)
    )
    kept = graph.allow_mutation_on_saved_tensors
    found["mutation"] = (
        raises(gradient, code, kept) or abs(gradient(code, kept) - slope) < 1e-3
    )
    found["copies"] = raises(gradient, code, compare)
    found["slope"] = abs(gradient(code) - slope) > 1e-3
    return found


rows = [row(code) for code in WAYS.strip().splitlines()]
