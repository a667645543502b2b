import torch

x = torch.tensor(2.0, requires_grad=True)
recorded = x * x

torch.set_grad_enabled(False)
later = x * x

recorded.backward()
print(f"{x.grad = }")
print(f"{later.requires_grad = }")

holds = {
    "a graph that exists": x.grad is None,
    "operations from then on": not later.requires_grad,
}
print(f"{holds = }")
