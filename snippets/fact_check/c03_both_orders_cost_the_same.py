import torch


def nodes_built(x):
    clone = x.clone()
    clone_first = int(clone.grad_fn is not None)
    source = x.detach()
    detach_first = int(source.clone().grad_fn is not None)
    print(f"{clone_first = }, {detach_first = }")
    return clone_first, detach_first


plain = nodes_built(torch.ones(1000))
trained = nodes_built(torch.ones(1000, requires_grad=True))

holds = {
    "requires no grad": plain[0] == plain[1],
    "requires grad": trained[0] == trained[1],
}
print(f"{holds = }")
