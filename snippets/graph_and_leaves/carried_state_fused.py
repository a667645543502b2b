import torch


def last_gradient(use):
    w = torch.tensor([0.5], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.5, fused=True)
    hidden = torch.ones(1)
    for _ in range(3):
        hidden = torch.tanh(use(w) * hidden)
        optimizer.zero_grad()
        hidden.backward(retain_graph=True)
        optimizer.step()
    return w.grad


print(f"{last_gradient(lambda w: w) = }")
print(f"{last_gradient(torch.clone) = }")
