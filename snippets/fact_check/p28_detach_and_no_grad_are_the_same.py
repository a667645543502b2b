import torch

w = torch.tensor(3.0, requires_grad=True)


def step(w):
    with torch.no_grad():
        under_no_grad = w * w
    kept = w * w
    detached = kept.detach()
    print(f"{kept.requires_grad = }, {under_no_grad.requires_grad = }")
    grads = [
        torch.autograd.grad(w * target, w)[0].item()
        for target in (under_no_grad, detached)
    ]
    print(f"{grads = }")
    return grads[0] == grads[1], kept.requires_grad


same_gradient, graph_built = step(w)
holds = {"gradient": same_gradient, "graph": not graph_built}
print(f"{holds = }")
