import copy

import torch

writes = [
    "x[0] = 10.0",
    "x.detach()[0] = 10.0",
    "x.data[0] = 10.0",
    "x.data = torch.tensor([10.0])",
    "x.detach().numpy()[0] = 10.0",
    "copy.copy(x)[0] = 10.0",
]

rows = []
for write in writes:
    x = torch.tensor([2.0], requires_grad=True)
    y = x * x
    (right,) = torch.autograd.grad(y, x, retain_graph=True)
    with torch.no_grad():
        exec(write, {"x": x, "copy": copy, "torch": torch})
    raised = None
    try:
        y.backward()
    except RuntimeError as error:
        raised = type(error).__name__
    row = {"write": write}
    row["grad"] = None if x.grad is None else x.grad.item()
    row["right"] = right.item()
    row["raised"] = raised
    rows.append(row)
